import { fromBytes, GoError } from '@plumbline/languages';
import { chartPath } from './chart/types.ts';
import type { HelmChart, HelmProfile } from './chart/types.ts';
import { matchPath } from './match-path.ts';
import { splitManifests, trimSpace } from './manifests.ts';
import type { HelmHook, HelmManifest } from './manifests.ts';

/** A file of `crds/`, which is never a template. */
export interface ChartCrd {
  readonly path: string;
  readonly text: string;
}

/** The files of `crds/` of a chart and of the charts below it. */
export function crdsOf(chart: HelmChart): ChartCrd[] {
  const path = chartPath(chart);
  const own = chart.files
    .filter(({ name }) => name.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(name))
    .map(({ name, data }) => ({ path: `${path}/${name}`, text: fromBytes(data) }));
  return [...own, ...chart.dependencies.flatMap(crdsOf)];
}

/** What a post-renderer is given, and what is applied: definitions first, then manifests. */
export function bodyText(crds: readonly ChartCrd[], manifests: readonly HelmManifest[]): string {
  const parts: string[] = [];
  for (const { path, text } of crds) parts.push(`---\n# Source: ${path}\n${text}\n`);
  for (const { path, content } of manifests) parts.push(`---\n# Source: ${path}\n${content}\n`);
  return parts.join('');
}

/** What `helm template` prints: the body, then hooks, which no post-renderer has seen. */
export function outputText(body: string, hooks: readonly HelmHook[]): string {
  const text = `${trimSpace(body)}\n`;
  return text + hooks.map(({ path, content }) => `---\n# Source: ${path}\n${content}\n`).join('');
}

/** Only the documents of some templates, as `--show-only` picks them from the output. Throws `GoError`. */
export function onlyShown(text: string, wanted: readonly string[], profile: HelmProfile): string {
  const documents = splitManifests(text, profile).map((document) => ({
    document,
    path: /# Source: [^/\n]+\/(.+)/.exec(document)?.[1],
  }));
  let shown = '';
  for (const pattern of wanted) {
    const found = documents.filter(({ path }) => path !== undefined && matchPath(pattern, path) === true);
    if (found.length === 0) throw new GoError(`could not find template ${pattern} in chart`);
    for (const { document } of found) shown += `---\n${document}\n`;
  }
  return shown;
}
