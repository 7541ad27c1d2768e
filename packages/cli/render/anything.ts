import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Manifest } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { writeYaml } from '@plumbline/languages';
import { detect, render } from '@plumbline/render';
import type { HelmEngine } from '@plumbline/render';
import { CommandError } from '../io.ts';
import { renderChart } from './chart.ts';
import { buildLocalKustomization, inWords, isKustomization, manifestsOf } from './kustomization.ts';
import { localTree } from './local-tree.ts';
import { chartFlags } from './options.ts';
import type { RenderFlags } from './options.ts';

/** What a folder or a chart of this machine says. */
export interface RenderedHere {
  readonly kind: 'helm' | 'kustomize' | 'directory';
  readonly manifests: readonly Manifest[];
  /** As `helm template` or `kustomize build` prints it. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Renders whatever lies at a path, as Argo CD finds out what it is. Throws `CommandError` in the words of the real tool. */
export async function renderAnything(
  engine: HelmEngine,
  path: string,
  flags: RenderFlags,
  cwd: string,
): Promise<RenderedHere> {
  const absolute = resolve(cwd, path);
  if (await isChart(absolute, path)) return chart(engine, path, flags, cwd);
  if (isKustomization(absolute)) return kustomization(engine, absolute, flags, cwd);
  return directory(absolute, flags);
}

async function chart(
  engine: HelmEngine,
  path: string,
  flags: RenderFlags,
  cwd: string,
): Promise<RenderedHere> {
  const rendered = await renderChart(engine, path, chartFlags(flags), cwd);
  if (!rendered.ok) throw new CommandError(rendered.error.map(chartProblem).join('\n'));
  const { text, manifests } = rendered.value;
  return { kind: 'helm', manifests, text, warnings: [] };
}

/** Problems of charts are told in Helm's words, which name the place themselves. */
function chartProblem(problem: Problem): string {
  return problem.code === 'helm-failed' ? problem.message : formatProblem(problem);
}

async function kustomization(
  engine: HelmEngine,
  folder: string,
  flags: RenderFlags,
  cwd: string,
): Promise<RenderedHere> {
  const built = await buildLocalKustomization(folder, flags, engine);
  if (!built.ok) throw new CommandError(built.error.map(inWords).join('\n'));
  const { text, warnings } = built.value;
  return { kind: 'kustomize', manifests: manifestsOf(built.value, folder, cwd), text, warnings };
}

async function directory(folder: string, flags: RenderFlags): Promise<RenderedHere> {
  const { recurse, include, exclude, origins } = flags;
  const rendered = await render({
    tree: localTree(folder),
    path: '',
    source: {
      directory: {
        recurse: recurse === true,
        ...(include === undefined ? {} : { include }),
        ...(exclude === undefined ? {} : { exclude }),
      },
    },
    ...(origins === true ? { origins } : {}),
  });
  if (!rendered.ok) throw new CommandError(rendered.error.map(formatProblem).join('\n'));
  const { manifests, warnings } = rendered.value;
  const text = manifests.map(({ object }) => `---\n${writeYaml(object)}`).join('');
  return { kind: 'directory', manifests, text, warnings: warnings.map((warning) => `warning: ${warning}`) };
}

/** Archives are charts, and folders that hold a `Chart.yaml` and no kustomization. */
async function isChart(absolute: string, path: string): Promise<boolean> {
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found === undefined) throw new CommandError(`${path} does not exist`);
  if (found.isFile() && /\.(?:tgz|tar\.gz)$/.test(path)) return true;
  if (!found.isDirectory()) throw new CommandError(`${path} is neither a folder nor the archive of a chart`);
  const detected = await detect(localTree(absolute), '');
  return detected.ok && detected.value.kind === 'helm';
}
