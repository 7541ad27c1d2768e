import type { Problem } from '@plumbline/base';
import type {
  InstallRequest,
  ReleaseProblem,
  ReleaseRenderOptions,
  ReleaseWriteOptions,
} from '@plumbline/controllers';
import type { StoredRelease } from '@plumbline/render';
import { CommandError, type Io } from '../../io.ts';
import { chartAndValues } from './chart.ts';
import { profileFor, withCluster } from './connect.ts';
import type { Connection } from './connect.ts';
import { spanMs, wholeNumber } from './options.ts';
import type { ChartActionFlags, ClusterFlags, WriteFlags } from './options.ts';
import { formatOf, write } from './print.ts';
import { statusText } from './status-text.ts';

/** What was told to be wrong, in Helm's words; what is known beyond stands in brackets. */
export function failure({ message, hint }: Problem, prefix = ''): CommandError {
  const words = prefix === '' ? message : `${prefix}: ${message}`;
  return new CommandError(hint === undefined ? words : `${words} (${hint})`);
}

/** Revisions that are kept where nobody says. */
const historyMaxDefault = 10;

function writeOptions(flags: WriteFlags, io: Io): ReleaseWriteOptions {
  const wait = flags.wait ?? 'hookOnly';
  if (!['watcher', 'legacy', 'hookOnly', 'true', 'false'].includes(wait))
    throw new CommandError(
      `invalid argument ${JSON.stringify(wait)} for "--wait" flag: invalid wait input ${JSON.stringify(wait)}. Valid inputs are watcher, hookOnly, and legacy`,
      2,
    );
  const { serverSide } = flags;
  if (serverSide !== undefined && !['true', 'false', 'auto'].includes(serverSide))
    throw new CommandError(`invalid/unknown release server-side apply method: ${serverSide}`);
  if ((flags.force === true || flags.forceReplace === true) && flags.forceConflicts === true)
    throw new CommandError('--force-replace and --force-conflicts cannot be used together', 2);
  const historyMax = flags.historyMax ?? io.env['HELM_MAX_HISTORY'];
  return {
    timeoutMs: spanMs(flags.timeout, 'timeout'),
    wait: wait !== 'hookOnly' && wait !== 'false',
    waitForJobs: flags.waitForJobs === true,
    noHooks: !flags.hooks,
    forceReplace: flags.force === true || flags.forceReplace === true,
    forceConflicts: flags.forceConflicts === true,
    serverSide: serverSide === undefined || serverSide === 'auto' ? 'auto' : serverSide === 'true',
    historyMax:
      historyMax === undefined ? historyMaxDefault : wholeNumber(historyMax, 'invalid --history-max'),
  };
}

const dryRunModes = ['false', 'true', 'none', 'client', 'server'];

/** Helm 4 looks at this before anything else. */
function checkDryRun({ dryRun = 'none' }: ChartActionFlags, profile: 3 | 4): void {
  if (profile === 3 || dryRunModes.includes(dryRun)) return;
  throw new CommandError(
    `invalid dry-run value (${JSON.stringify(dryRun)}). Must be "none", "server", or "client"`,
  );
}

function renderOptions(flags: ChartActionFlags): Omit<ReleaseRenderOptions, 'chart' | 'config'> {
  const { dryRun = 'none', random = 'fresh' } = flags;
  if (!dryRunModes.includes(dryRun))
    throw new CommandError(
      'Invalid dry-run flag. Flag must one of the following: false, true, none, client, server',
    );
  if (random !== 'fresh' && random !== 'seeded') throw new CommandError('--random is seeded or fresh', 2);
  const where =
    dryRun === 'server'
      ? ('server' as const)
      : dryRun === 'client' || dryRun === 'true'
        ? ('client' as const)
        : undefined;
  return {
    ...(where === undefined ? {} : { dryRun: where }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
    ...(flags.labels === undefined ? {} : { labels: flags.labels }),
    hideSecrets: flags.hideSecret === true,
    skipSchemaValidation: flags.skipSchemaValidation === true,
    subchartNotes: flags.renderSubchartNotes === true,
    takeOwnership: flags.takeOwnership === true,
    random,
  };
}

/** Ends what is going on at the first interrupt; the release is marked as failed then. */
function interruptible<T>(name: string, io: Io, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = (): void => {
    io.stdout.write(`Release ${name} has been cancelled.\n`);
    stopping.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return run(stopping.signal).finally(() => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  });
}

interface InstallFlags extends ChartActionFlags {
  readonly generateName?: boolean;
  readonly nameTemplate?: string;
  readonly replace?: boolean;
}

/** `helm install NAME CHART`. */
export async function install(args: readonly string[], flags: InstallFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  const [name, chart] = nameAndChart(args, flags);
  await withCluster(flags, io, async (connection) => {
    const profile = connection.profileWish ?? 3;
    checkDryRun(flags, profile);
    const stored = await installNow(
      connection,
      { name, chart, flags, profile, replace: flags.replace === true },
      io,
    ).catch((thrown: unknown) => {
      if (!(thrown instanceof CommandError)) throw thrown;
      throw new CommandError(`INSTALLATION FAILED: ${thrown.message}`, thrown.exitCode);
    });
    print(stored, flags, format, profile, io);
  });
}

interface Installing {
  readonly name: string;
  readonly chart: string;
  readonly flags: ChartActionFlags;
  readonly profile: 3 | 4;
  readonly replace: boolean;
}

async function installNow(connection: Connection, installing: Installing, io: Io): Promise<StoredRelease> {
  const { name, chart, flags, profile, replace } = installing;
  const found = await chartAndValues(connection.renderer, chart, flags, profile, io);
  const request: InstallRequest = {
    ...writeOptions(flags, io),
    ...renderOptions(flags),
    ...found,
    name,
    historyMax: 0,
    createNamespace: flags.createNamespace === true,
    replace,
    definitions: flags.skipCrds === true ? 'skip' : 'create',
    rollbackOnFailure: flags.atomic === true || flags.rollbackOnFailure === true,
  };
  const done = await interruptible(name, io, (signal) =>
    connection.actions(profile, signal).install(request),
  );
  return orFail(done);
}

function orFail<T>(
  done: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ReleaseProblem },
): T {
  if (done.ok) return done.value;
  throw failure(done.error);
}

function nameAndChart(args: readonly string[], flags: InstallFlags): readonly [string, string] {
  const [first, second, ...more] = args;
  if (first === undefined) throw new CommandError('"helm install" requires at least 1 argument', 2);
  if (more.length > 0)
    throw new CommandError(
      `INSTALLATION FAILED: expected at most two arguments, unexpected arguments: ${more.join(', ')}`,
    );
  if (flags.nameTemplate !== undefined)
    throw new CommandError('--name-template is not supported: name the release, or use --generate-name', 2);
  if (flags.generateName === true) {
    if (second !== undefined)
      throw new CommandError('INSTALLATION FAILED: cannot set --generate-name and also specify a name');
    const base = first
      .replace(/\/+$/, '')
      .replace(/^.*\//, '')
      .replace(/\.tgz$/, '')
      .replace(/-[0-9].*$/, '');
    return [`${base === '.' || base === '' ? 'chart' : base}-${Math.floor(Date.now() / 1000)}`, first];
  }
  if (second === undefined)
    throw new CommandError('INSTALLATION FAILED: must either provide a name or specify --generate-name');
  return [first, second];
}

interface UpgradeFlags extends ChartActionFlags {
  readonly install?: boolean;
  readonly resetValues?: boolean;
  readonly reuseValues?: boolean;
  readonly resetThenReuseValues?: boolean;
  readonly cleanupOnFail?: boolean;
}

/** `helm upgrade RELEASE CHART`. */
export async function upgrade(name: string, chart: string, flags: UpgradeFlags, io: Io): Promise<void> {
  const format = formatOf(flags.output);
  await withCluster(flags, io, async (connection) => {
    const profile = await profileFor(connection, name);
    checkDryRun(flags, profile);
    if (flags.install === true) {
      const history = await connection.actions(profile).history(name);
      if (!history.ok && history.error.code !== 'release-not-found') throw failure(history.error);
      const last = history.ok ? history.value.at(-1) : undefined;
      if (last === undefined || last.release.info.status === 'uninstalled') {
        if (format === 'table') io.stdout.write(`Release "${name}" does not exist. Installing it now.\n`);
        const replace = last !== undefined;
        print(
          await installNow(connection, { name, chart, flags, profile, replace }, io),
          flags,
          format,
          profile,
          io,
        );
        return;
      }
    }
    const found = await chartAndValues(connection.renderer, chart, flags, profile, io);
    const done = await interruptible(name, io, (signal) =>
      connection.actions(profile, signal).upgrade({
        ...writeOptions(flags, io),
        ...renderOptions(flags),
        ...found,
        name,
        values: valuesOf(flags),
        rollbackOnFailure: flags.atomic === true || flags.rollbackOnFailure === true,
        cleanupOnFail: flags.cleanupOnFail === true,
      }),
    );
    if (!done.ok) throw failure(done.error, 'UPGRADE FAILED');
    if (format === 'table') io.stdout.write(`Release "${name}" has been upgraded. Happy Helming!\n`);
    print(done.value, flags, format, profile, io);
  });
}

function valuesOf(flags: UpgradeFlags): 'auto' | 'reset' | 'reuse' | 'reset-then-reuse' {
  if (flags.resetValues === true) return 'reset';
  if (flags.reuseValues === true) return 'reuse';
  return flags.resetThenReuseValues === true ? 'reset-then-reuse' : 'auto';
}

function print(
  stored: StoredRelease,
  flags: ChartActionFlags,
  format: 'table' | 'json' | 'yaml',
  profile: 3 | 4,
  io: Io,
): void {
  const style = { profile, debug: flags.debug === true, hideNotes: flags.hideNotes === true };
  write(io, format, stored.release, () => statusText(stored, style));
}

interface RollbackFlags extends WriteFlags {
  readonly dryRun?: string;
  readonly cleanupOnFail?: boolean;
}

/** `helm rollback RELEASE [REVISION]`. */
export async function rollback(
  name: string,
  revision: string | undefined,
  flags: RollbackFlags,
  io: Io,
): Promise<void> {
  const version =
    revision === undefined ? 0 : wholeNumber(revision, 'could not convert revision to a number');
  await withCluster(flags, io, async (connection) => {
    const profile = await profileFor(connection, name);
    const done = await interruptible(name, io, (signal) =>
      connection.actions(profile, signal).rollback({
        ...writeOptions(flags, io),
        name,
        version,
        dryRun: flags.dryRun !== undefined && flags.dryRun !== 'none' && flags.dryRun !== 'false',
        cleanupOnFail: flags.cleanupOnFail === true,
      }),
    );
    if (!done.ok) throw failure(done.error);
    io.stdout.write('Rollback was a success! Happy Helming!\n');
  });
}

interface UninstallFlags extends ClusterFlags {
  readonly timeout: string;
  readonly wait?: string;
  readonly hooks: boolean;
  readonly keepHistory?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly dryRun?: boolean;
  readonly cascade: string;
  readonly description?: string;
}

const propagations = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

/** `helm uninstall RELEASE...`. */
export async function uninstall(names: readonly string[], flags: UninstallFlags, io: Io): Promise<void> {
  const propagation = propagations[flags.cascade as keyof typeof propagations];
  if (propagation === undefined)
    throw new CommandError(
      `invalid cascade value (${flags.cascade}). Must be "background", "foreground", or "orphan"`,
    );
  await withCluster(flags, io, async (connection) => {
    for (const name of names) {
      const profile = await profileFor(connection, name);
      const done = await connection.actions(profile).uninstall({
        name,
        timeoutMs: spanMs(flags.timeout, 'timeout'),
        wait: flags.wait !== undefined && flags.wait !== 'hookOnly' && flags.wait !== 'false',
        noHooks: !flags.hooks,
        keepHistory: flags.keepHistory === true,
        ignoreNotFound: flags.ignoreNotFound === true,
        dryRun: flags.dryRun === true,
        propagation,
        ...(flags.description === undefined ? {} : { description: flags.description }),
      });
      if (!done.ok) throw failure(done.error);
      if (done.value.info !== '') io.stdout.write(`${done.value.info}\n`);
      io.stdout.write(`release "${name}" uninstalled\n`);
    }
  });
}
