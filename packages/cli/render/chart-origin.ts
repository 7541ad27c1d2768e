import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Secret } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { openChartVerifier } from '@plumbline/render';
import type { ChartSource, ChartVerifier } from '@plumbline/render';
import type { ArchiveOptions, ChartAccess, ChartSources } from '@plumbline/sources';
import { CommandError } from '../io.ts';
import { chartTreeOf } from './chart-tree.ts';
import type { Means } from './means.ts';
import type { OriginFlags } from './origin-flags.ts';

/**
 * The chart that a name and flags mean, found in Helm's order: what lies here first, then a repository, a registry or an
 * address. Throws `CommandError` in Helm's words.
 */
export async function locateChart(name: string, cwd: string, means: Means): Promise<ChartSource> {
  const flags = means.origin;
  const absolute = resolve(cwd, name);
  if (existsSync(absolute)) {
    if (flags.verify === true) await verifyLocal(absolute, flags, cwd, means);
    return localChart(absolute, cwd);
  }
  if (isAbsolute(name) || name.startsWith('.')) throw new CommandError(`path "${name}" not found`);
  const verify = flags.verify === true ? { verify: await verifierOf(flags, cwd, means) } : {};
  return withSources(flags, cwd, means, async (sources) => ({
    archive: (await download(sources, name, flags, verify)).archive,
  }));
}

/** Runs something with the repositories that the flags open, and closes their connections. */
export async function withSources<T>(
  flags: OriginFlags,
  cwd: string,
  means: Means,
  use: (sources: ChartSources) => Promise<T>,
): Promise<T> {
  const access = await accessOf(flags, cwd, means);
  const dataDir = join(cacheFolder(means), 'charts');
  // Connections are slow to load, and most charts lie here.
  const { createChartSources } = await import('@plumbline/sources');
  const sources = createChartSources({ dataDir, clock: systemClock, access: () => access });
  try {
    return await use(sources);
  } finally {
    await sources.close();
  }
}

function localChart(absolute: string, cwd: string): ChartSource {
  if (statSync(absolute).isDirectory()) return chartTreeOf(absolute, cwd);
  return { archive: readFileSync(absolute) };
}

async function download(
  sources: ChartSources,
  name: string,
  flags: OriginFlags,
  options: ArchiveOptions,
): Promise<{ readonly archive: Uint8Array }> {
  const version = flags.version?.trim() ?? '';
  if (name.startsWith('oci://')) {
    const { repository, chart, tag } = splitReference(name);
    return orFail(await sources.archive(repository, chart, version === '' ? tag : version, options));
  }
  if (flags.repo !== undefined) {
    const found = await sources.archive(flags.repo, name, version, options);
    return orFail(found, found.ok || !found.error.code.startsWith('http-') ? '' : unreachable(flags.repo));
  }
  if (/^https?:\/\//.test(name)) return orFail(await sources.archiveAt(name, options));
  const [repository = ''] = name.split('/');
  throw new CommandError(
    name.includes('/')
      ? `repo ${repository} not found\n(name the repository with --repo)`
      : `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${name}`,
  );
}

/** `oci://host/path/chart:tag`: Helm takes the tag where no version is asked for. */
function splitReference(reference: string) {
  const text = reference.replace(/\/+$/, '');
  const slash = text.lastIndexOf('/');
  const [chart = '', tag = ''] = text.slice(slash + 1).split(':');
  return { repository: text.slice(0, slash), chart, tag: tag.replaceAll('_', '+') };
}

const unreachable = (repo: string): string =>
  `looks like ${JSON.stringify(repo)} is not a valid chart repository or cannot be reached: `;

function orFail<T>(result: Result<T>, prefix = ''): T {
  if (result.ok) return result.value;
  const { message, hint } = result.error;
  throw new CommandError(`${prefix}${message}${hint === undefined ? '' : `\n(${hint})`}`);
}

async function accessOf(flags: OriginFlags, cwd: string, means: Means): Promise<ChartAccess> {
  const { username } = flags;
  const password = flags.passwordStdin === true ? await means.readInput() : (flags.password ?? '');
  const text = (file: string | undefined) =>
    file === undefined ? undefined : readLocal(cwd, file).toString('utf8');
  const ca = text(flags.caFile);
  const cert = text(flags.certFile);
  const key = text(flags.keyFile);
  return {
    ...(username === undefined
      ? {}
      : { credentials: { username, password: new Secret(password.replace(/\r?\n$/, '')) } }),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key: new Secret(key) }),
      ...(flags.insecureSkipTlsVerify === true ? { insecure: true } : {}),
    },
    ...(flags.passCredentials === true ? { passCredentials: true } : {}),
    ...(flags.plainHttp === true ? { plainHttp: true } : {}),
  };
}

/** As `helm verify`: only archives, by the `.prov` file beside them. */
async function verifyLocal(absolute: string, flags: OriginFlags, cwd: string, means: Means): Promise<void> {
  if (statSync(absolute).isDirectory()) throw new CommandError('unpacked charts cannot be verified');
  if (!/\.tgz$/i.test(absolute)) throw new CommandError('chart must be a tgz file');
  const file = `${absolute}.prov`;
  if (!existsSync(file))
    throw new CommandError(`could not load provenance file ${file}: stat ${file}: no such file or directory`);
  const verify = await verifierOf(flags, cwd, means);
  const name = absolute.slice(absolute.lastIndexOf('/') + 1);
  orFail(await verify({ name, content: readFileSync(absolute) }, readFileSync(file, 'utf8')));
}

async function verifierOf(flags: OriginFlags, cwd: string, means: Means): Promise<ChartVerifier> {
  const file = flags.keyring ?? join(means.env['GNUPGHOME'] ?? join(homedir(), '.gnupg'), 'pubring.gpg');
  const absolute = resolve(cwd, file);
  if (!existsSync(absolute))
    throw new CommandError(`failed to load keyring: open ${file}: no such file or directory`);
  return orFail(await openChartVerifier(readFileSync(absolute), systemClock));
}

function readLocal(cwd: string, name: string): Buffer {
  try {
    return readFileSync(resolve(cwd, name));
  } catch {
    throw new CommandError(`open ${name}: no such file or directory`);
  }
}

/** Archives may be lost at any time; they lie where caches of this user lie. */
function cacheFolder(means: Means): string {
  return join(means.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plumbline');
}
