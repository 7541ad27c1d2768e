import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { formatProblem, silentLogger, steadyRandom } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import type { Manifest } from '@plumbline/api';
import { parseDuration } from '@plumbline/languages';
import { startSandbox } from '@plumbline/localkube';
import { CommandError, type Io } from '../io.ts';
import { checkFormat } from '../output/format.ts';
import { renderAnything } from '../render/anything.ts';
import type { RenderedHere } from '../render/anything.ts';
import { createLocalHelm } from '../render/engine.ts';
import type { RenderFlags } from '../render/options.ts';
import { bringUp } from './bring-up.ts';
import { collect } from './collect.ts';
import { parseFailure } from './failures.ts';
import type { Failure } from './failures.ts';
import { reportJunit } from './junit.ts';
import { repositoryOf } from './repository.ts';
import { reportJson, reportText } from './text.ts';
import { isGood } from './types.ts';
import type { Part } from './types.ts';

/** What the command was given. */
export interface TestFlags extends RenderFlags {
  readonly output: string;
  readonly timeout: string;
  readonly fail?: readonly string[];
  readonly with?: readonly string[];
  readonly repo?: readonly string[];
  readonly nodeLabel?: readonly string[];
  readonly skipUnknown?: boolean;
  readonly strict?: boolean;
  readonly all?: boolean;
}

/** Brings up what a path says, prints how it came out, and ends with 1 unless all is well. */
export async function runTest(path: string, flags: TestFlags, io: Io): Promise<void> {
  // `performance` takes milliseconds to load.
  const began = process.hrtime();
  checkFormat(flags.output, ['text', 'json', 'junit']);
  const timeout = parseDuration(flags.timeout);
  if (typeof timeout !== 'bigint' || timeout <= 0n)
    throw new CommandError(`--timeout ${flags.timeout} is no span of time: write 90s, 10m, 1h`, 2);
  const failures = (flags.fail ?? []).map((text): Failure => {
    const parsed = parseFailure(text);
    if (!parsed.ok) throw new CommandError(formatProblem(parsed.error), 2);
    return parsed.value;
  });
  const nodeLabels = Object.fromEntries((flags.nodeLabel ?? []).map(labelOf));
  const engine = createLocalHelm();
  const namespace = flags.namespace ?? 'default';
  const rendered = await renderAnything(engine, path, flags, io.cwd);
  const absolute = resolve(io.cwd, path);
  const repository = repositoryOf(absolute, flags.repo ?? [], io.cwd);
  const manifests = below(rendered, path);
  const collected = await collect(manifests, namespace, {
    repository,
    engine,
    ...(flags.kubeVersion === undefined ? {} : { kubeVersion: flags.kubeVersion }),
  });
  if (collected.parts.length === 0)
    throw new CommandError(
      `there is nothing to bring up in ${path}${rendered.kind === 'directory' && flags.recurse !== true ? ' itself: --recurse goes into the folders below' : ''}`,
      1,
    );
  const given: Part[] = [];
  for (const other of flags.with ?? []) {
    const more = await renderAnything(engine, other, { hooks: true, recurse: true }, io.cwd);
    for (const { object, origin } of below(more, other))
      given.push({ object, origin, namespace, application: '', given: true });
  }
  if (io.env['PLUMBLINE_KEEP_CODE'] === undefined) tuneForShortRun();
  const sandbox = await startSandbox({
    random: steadyRandom(),
    logger: silentLogger,
    start: systemClock.now(),
  });
  const report = await bringUp(
    sandbox,
    {
      ...collected,
      parts: [...given, ...collected.parts],
      notes: [...rendered.warnings, ...collected.notes],
    },
    {
      failures,
      timeoutMs: Number(timeout / 1_000_000n),
      skipUnknown: flags.skipUnknown === true,
      nodeLabels,
    },
  );
  await sandbox.stop();
  const [seconds, nanoseconds] = process.hrtime(began);
  const wallMs = seconds * 1_000 + nanoseconds / 1_000_000;
  io.stdout.write(
    flags.output === 'json'
      ? reportJson(report, wallMs)
      : flags.output === 'junit'
        ? reportJunit(report, wallMs)
        : reportText(report, wallMs, flags.all === true),
  );
  const warned = report.verdicts.some(({ warnings }) => warnings.length > 0);
  if (!isGood(report) || (flags.strict === true && warned)) throw new CommandError('', 1);
}

/** Code that is kept has to be of the flags that it is loaded with, so this comes after what most runs load. */
function tuneForShortRun(): void {
  // A run of a second does not live to see what V8 would optimize in it,
  setFlagsFromString('--interrupt-budget=1000000');
  // nor what memory would be free thanks to sweeping beside the work: it is swept when there is need.
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString('--no-minor-gc-task');
}

/** Files of charts are named from the chart; people look from where they stand. */
function below({ kind, manifests }: RenderedHere, folder: string): readonly Manifest[] {
  if (kind !== 'helm') return manifests;
  const prefix = folder.replace(/\/+$/, '').replace(/^\.\//, '');
  if (prefix === '.' || prefix === '') return manifests;
  return manifests.map((manifest) => ({
    ...manifest,
    origin: { ...manifest.origin, file: `${prefix}/${manifest.origin.file}` },
  }));
}

function labelOf(text: string): readonly [string, string] {
  const split = text.indexOf('=');
  if (split < 1) throw new CommandError(`--node-label ${text}: write key=value`, 2);
  return [text.slice(0, split), text.slice(split + 1)];
}
