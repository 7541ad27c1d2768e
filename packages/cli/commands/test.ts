import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatProblem } from '@plumbline/base';
import type { Manifest } from '@plumbline/api';
import { CommandError, type Io } from '../io.ts';
import { checkFormat } from '../output/format.ts';
import { addRenderOptions } from '../render/options.ts';
import type { RenderFlags } from '../render/options.ts';
import type { Failure } from '../test/failures.ts';
import type { Part } from '../test/types.ts';

interface Flags extends RenderFlags {
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

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `plumb test PATH`: brings a folder up on an embedded cluster in virtual time and says what does not become healthy. */
export function testCommand(parent: Command, io: Io): void {
  const command = parent
    .command('test <path>')
    .description(
      'Bring a folder, a kustomization, a chart or applications up on a cluster in memory and say what does not become healthy',
    )
    .option('-o, --output <format>', 'text|json|junit', 'text')
    .option('--timeout <span>', "how long to wait, in the cluster's own time", '10m')
    .option(
      '--fail <what=scenario>',
      'let pods fail: an image, label:key=value or Kind/name, and image-pull-error|crash-loop|never-ready|slow-start|oom|fail|hang; repeatable',
      collect,
    )
    .option(
      '--with <path>',
      'bring this up first, without judging it: definitions, secrets; repeatable',
      collect,
    )
    .option('--repo <url>', 'an address that means this repository; repeatable (its remotes)', collect)
    .option('--node-label <key=value>', 'a label of the node that pods run on; repeatable', collect)
    .option('--skip-unknown', 'leave out objects whose kind nothing defines')
    .option('--strict', 'warnings fail the test too')
    .option('--all', 'also list what is well');
  addRenderOptions(command).action((path: string, flags: Flags) => test(path, flags, io));
}

async function test(path: string, flags: Flags, io: Io): Promise<void> {
  const began = performance.now();
  checkFormat(flags.output, ['text', 'json', 'junit']);
  // What only this command needs is loaded here, so that other commands start without it.
  const [{ systemClock, systemRandom }, { silentLogger }, { parseDuration }, { startSandbox }] =
    await Promise.all([
      import('@plumbline/base/node'),
      import('@plumbline/base'),
      import('@plumbline/languages'),
      import('@plumbline/localkube'),
    ]);
  const [{ bringUp }, { collect: follow }, { parseFailure }, { repositoryOf }] = await Promise.all([
    import('../test/bring-up.ts'),
    import('../test/collect.ts'),
    import('../test/failures.ts'),
    import('../test/repository.ts'),
  ]);
  const [{ reportJson, reportText }, { reportJunit }, { isGood }] = await Promise.all([
    import('../test/text.ts'),
    import('../test/junit.ts'),
    import('../test/types.ts'),
  ]);
  const [{ renderAnything }, { createLocalHelm }] = await Promise.all([
    import('../render/anything.ts'),
    import('../render/engine.ts'),
  ]);
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
  const manifests = rendered.kind === 'kustomize' ? rendered.manifests : below(rendered.manifests, path);
  const collected = await follow(manifests, namespace, {
    repository,
    engine,
    ...(flags.kubeVersion === undefined ? {} : { kubeVersion: flags.kubeVersion }),
  });
  const given: Part[] = [];
  for (const other of flags.with ?? []) {
    const { manifests: more } = await renderAnything(engine, other, { hooks: true, recurse: true }, io.cwd);
    for (const { object, origin } of below(more, other))
      given.push({ object, origin, namespace, application: '', given: true });
  }
  const sandbox = await startSandbox({
    random: systemRandom,
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
  const wallMs = performance.now() - began;
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

/** Files of plain folders and charts are named from the folder; people look from where they stand. */
function below(manifests: readonly Manifest[], folder: string): readonly Manifest[] {
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
