import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { isRecord, messageOf } from '@plumbline/base';
import { parseJsonText } from '@plumbline/languages';
import type { HelmEngine } from '@plumbline/render';
import { withElsewhere } from '../compose/elsewhere.ts';
import type { Elsewhere } from '../compose/elsewhere.ts';
import type { Io } from '../io.ts';
import { renderAnything } from './anything.ts';
import { noInput } from './means.ts';
import type { RenderFlags } from './options.ts';

/** Renders one chart or folder per line of JSON, in one warm process, and answers each with a line. `-` reads standard input. */
export async function renderBatch(
  engine: HelmEngine,
  file: string,
  io: Io,
  given: Pick<RenderFlags, 'plugins' | 'remoteHosts'>,
): Promise<void> {
  const input = file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file), 'utf8');
  await withElsewhere(io, given.remoteHosts, async (elsewhere) => {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      const answer = await answerTo(engine, line, io, elsewhere, given);
      io.stdout.write(`${JSON.stringify(answer)}\n`);
    }
  });
}

interface Answer {
  readonly id: unknown;
  readonly ok: boolean;
  readonly output?: string;
  readonly error?: string;
  readonly ms: number;
}

async function answerTo(
  engine: HelmEngine,
  line: string,
  { cwd, env }: Io,
  elsewhere: Elsewhere,
  given: Pick<RenderFlags, 'plugins'>,
): Promise<Answer> {
  const parsed = parseJsonText(line)?.value;
  const started = performance.now();
  const ms = () => Math.round((performance.now() - started) * 1000) / 1000;
  if (!isRecord(parsed) || typeof parsed['path'] !== 'string') {
    return { id: null, ok: false, error: 'the line is no task: {"id", "path", ...}', ms: ms() };
  }
  const id = parsed['id'] ?? null;
  try {
    const rendered = await renderAnything(
      engine,
      parsed['path'],
      { ...flagsOf(parsed), ...(given.plugins === undefined ? {} : { plugins: given.plugins }) },
      cwd,
      elsewhere,
      { ...noInput, env },
    );
    return { id, ok: true, output: rendered.text, ms: ms() };
  } catch (thrown) {
    return { id, ok: false, error: messageOf(thrown), ms: ms() };
  }
}

/** Flags that a task says under their own names. Which programs may run is not for it to say. */
const plainTexts = ['include', 'exclude', 'plugin', 'pluginParameters', 'fluxKustomization'] as const;
const plainLists = ['extStr', 'extCode', 'tlaStr', 'tlaCode', 'jpath', 'pluginEnv', 'buildEnv'] as const;

function flagsOf(task: Readonly<Record<string, unknown>>): RenderFlags {
  const text = (name: string) => (typeof task[name] === 'string' ? task[name] : undefined);
  const texts = (name: string) => {
    const list = task[name];
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  };
  const releaseName = text('releaseName');
  const namespace = text('namespace');
  const kubeVersion = text('kubeVersion');
  return {
    ...(releaseName === undefined ? {} : { releaseName }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    values: texts('values'),
    set: texts('set'),
    setString: texts('setString'),
    setJson: texts('setJson'),
    setFile: texts('setFile'),
    setLiteral: texts('setLiteral'),
    apiVersions: texts('apiVersions'),
    showOnly: texts('showOnly'),
    includeCrds: task['includeCrds'] === true,
    skipTests: task['skipTests'] === true,
    hooks: task['noHooks'] !== true,
    isUpgrade: task['isUpgrade'] === true,
    helmProfile: Number(task['profile']) === 4 ? '4' : '3',
    enableHelm: task['enableHelm'] === true,
    ...(typeof task['loadRestrictor'] === 'string' ? { loadRestrictor: task['loadRestrictor'] } : {}),
    ...(typeof task['reorder'] === 'string' ? { reorder: task['reorder'] } : {}),
    recurse: task['recurse'] === true,
    ...Object.fromEntries(
      plainTexts.filter((name) => text(name) !== undefined).map((name) => [name, text(name)]),
    ),
    ...Object.fromEntries(plainLists.filter((name) => name in task).map((name) => [name, texts(name)])),
    random: task['random'] === 'fresh' ? 'fresh' : 'seeded',
  };
}
