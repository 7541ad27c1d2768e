import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Manifest } from '@plumbline/api';
import { formatProblem } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { detect, parseRepositoryUrl } from '@plumbline/render';
import type { HelmEngine, RepositoryUrl } from '@plumbline/render';
import type { Elsewhere } from '../compose/elsewhere.ts';
import type { Io } from '../io.ts';
import { CommandError } from '../io.ts';
import { isKustomization } from './kustomize-flags.ts';
import { renderFolder } from './folder.ts';
import type { RenderedFolder } from './folder.ts';
import { localTree } from './local-tree.ts';
import { isElsewhere, noInput } from './means.ts';
import type { Means } from './means.ts';
import { chartFlags } from './options.ts';
import type { RenderFlags } from './options.ts';

/** What a folder or a chart of this machine says. */
export interface RenderedHere {
  readonly kind: 'helm' | 'kustomize' | RenderedFolder['kind'];
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
  elsewhere?: Elsewhere,
  means: Means = noInput,
): Promise<RenderedHere> {
  const absolute = resolve(cwd, path);
  const remote = elsewhere?.remote;
  const web = remote === undefined ? undefined : (wanted: string) => remote.file(wanted);
  const charts: Means = { ...means, charts: elsewhere?.charts, web };
  if (isElsewhere(path, cwd, means)) return chart(engine, path, flags, cwd, charts);
  const url = existsSync(absolute) ? undefined : parseRepositoryUrl(path);
  if (url !== undefined && elsewhere !== undefined) return remoteFolder(engine, url, flags, elsewhere);
  const special = await renderedSpecially(engine, absolute, flags, { cwd, env: means.env }, elsewhere);
  if (special !== undefined) return special;
  if (await isChart(absolute, path)) return chart(engine, path, flags, cwd, charts);
  if (isKustomization(absolute)) return kustomization(engine, absolute, flags, cwd, elsewhere);
  return renderFolder(absolute, flags, cwd);
}

/** What flags say of a folder counts more than what lies in it. */
async function renderedSpecially(
  engine: HelmEngine,
  folder: string,
  flags: RenderFlags,
  io: Pick<Io, 'cwd' | 'env'>,
  elsewhere: Elsewhere | undefined,
): Promise<RenderedFolder | undefined> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const { fluxKustomization: file } = flags;
  if (file !== undefined) {
    const { renderAsFlux } = await import('./flux-folder.ts');
    return renderAsFlux(folder, file, flags, io.cwd, elsewhere);
  }
  const { plugin, plugins, pluginEnv, pluginParameters } = flags;
  if ([plugin, plugins, pluginEnv, pluginParameters].every((flag) => flag === undefined)) return undefined;
  const { renderWithPlugin } = await import('./plugin-folder.ts');
  return renderWithPlugin(engine, folder, flags, io, elsewhere);
}

async function chart(
  engine: HelmEngine,
  path: string,
  flags: RenderFlags,
  cwd: string,
  means: Means,
): Promise<RenderedHere> {
  const { renderChart } = await import('./chart.ts');
  const rendered = await renderChart(engine, path, chartFlags(flags), cwd, means);
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
  elsewhere: Elsewhere | undefined,
): Promise<RenderedHere> {
  const { buildLocalKustomization, inWords, manifestsOf } = await import('./kustomization.ts');
  const built = await buildLocalKustomization(folder, flags, engine, elsewhere);
  if (!built.ok) throw new CommandError(built.error.map(inWords).join('\n'));
  const { text, warnings } = built.value;
  return { kind: 'kustomize', manifests: manifestsOf(built.value, folder, cwd), text, warnings };
}

/** A kustomization in another repository: `kustomize build github.com/org/repo//folder?ref=v1`. */
async function remoteFolder(
  engine: HelmEngine,
  url: RepositoryUrl,
  flags: RenderFlags,
  elsewhere: Elsewhere,
): Promise<RenderedHere> {
  const got = await elsewhere.remote.repository(url);
  if (!got.ok) throw new CommandError(formatProblem(got.error));
  const { buildRemoteKustomization, inWords, plainManifests } = await import('./kustomization.ts');
  const built = await buildRemoteKustomization(got.value.tree, url, flags, engine, elsewhere);
  if (!built.ok) throw new CommandError(built.error.map(inWords).join('\n'));
  const { text, warnings } = built.value;
  return { kind: 'kustomize', manifests: plainManifests(built.value, url.path), text, warnings };
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
