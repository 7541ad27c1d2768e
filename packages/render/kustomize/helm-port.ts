import type { Tree, TreeEntry } from '@plumbline/api';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { ChartPort } from '../helm/dependency-tree.ts';
import { unpackChart } from '../helm/chart/archive.ts';
import type { HelmEngine } from '../helm/index.ts';
import type { HelmPort } from './generators/helm.ts';

/** The chart engine of this house as kustomizations ask for it; `charts` brings those of repositories. */
export function helmPortOf(engine: HelmEngine, charts?: ChartPort): HelmPort {
  return {
    async render(request) {
      const { chart, releaseName, namespace, values, kubeVersion, apiVersions } = request;
      const named = await nameOf(engine, releaseName, request.nameTemplate);
      if (!named.ok) return named;
      const rendered = await engine.render({
        chart,
        releaseName: named.value,
        namespace,
        values: { files: values.map(({ file, text }) => ({ name: file, text })) },
        apiVersions,
        includeCrds: request.includeCrds,
        noHooks: request.skipHooks,
        skipTests: request.skipTests,
        ...(request.origins ? { origins: true } : {}),
        ...(kubeVersion === '' ? {} : { kubeVersion }),
      });
      if (rendered.ok) {
        const { text, reads, warnings, manifests } = rendered.value;
        return ok({ text, reads, warnings, manifests });
      }
      const [first] = rendered.error;
      return err(first ?? problem('helm-failed', 'the chart cannot be rendered'));
    },
    ...(charts === undefined ? {} : { fetch: (wanted) => fetchChart(charts, wanted) }),
  };
}

/** The name that a template gives: the notes of a chart that is nothing else. */
async function nameOf(engine: HelmEngine, releaseName: string, template: string): Promise<Result<string>> {
  if (template === '') return ok(releaseName);
  const files = new Map([
    ['Chart.yaml', 'apiVersion: v2\nname: name-template\nversion: 0.0.0\n'],
    ['templates/NOTES.txt', template],
  ]);
  const chart = { tree: smallTree(files), path: '' };
  const rendered = await engine.render({ chart, releaseName, namespace: 'default' });
  if (rendered.ok) return ok(rendered.value.notes);
  return err(rendered.error[0] ?? problem('helm-failed', 'the name template cannot be read'));
}

/** A tree of a few texts. */
function smallTree(files: ReadonlyMap<string, string>): Tree {
  const entryOf = (path: string): TreeEntry | undefined => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const text = files.get(path);
    if (text !== undefined) return { name, kind: 'file', hash: text };
    const isFolder = path === '' || [...files.keys()].some((file) => file.startsWith(`${path}/`));
    return isFolder ? { name, kind: 'folder', hash: '' } : undefined;
  };
  return {
    stat: (path) => Promise.resolve(entryOf(path)),
    list(path) {
      const start = path === '' ? '' : `${path}/`;
      const below = [...files.keys()].filter((file) => file.startsWith(start));
      const names = new Set(below.map((file) => file.slice(start.length).split('/')[0] ?? ''));
      const entries = [...names].sort().map((name) => entryOf(`${start}${name}`));
      return Promise.resolve(entries.filter((entry) => entry !== undefined));
    },
    read(path) {
      const text = files.get(path);
      return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
    },
  };
}

async function fetchChart(
  charts: ChartPort,
  wanted: { readonly repo: string; readonly name: string; readonly version: string },
): ReturnType<NonNullable<HelmPort['fetch']>> {
  const found = await charts({ repository: wanted.repo, name: wanted.name, version: wanted.version });
  if (!found.ok) return found;
  const { archive } = found.value;
  try {
    const values = (await unpackChart(archive)).find(({ name }) => name === 'values.yaml');
    return ok({ archive, valuesText: values === undefined ? '' : new TextDecoder().decode(values.data) });
  } catch (thrown) {
    return err(problem('helm-failed', `${wanted.name}: ${messageOf(thrown)}`));
  }
}
