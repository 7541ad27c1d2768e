import { err, messageOf, ok, problem } from '@plumbline/base';
import type { ChartPort } from '../helm/dependency-tree.ts';
import { unpackChart } from '../helm/chart/archive.ts';
import type { HelmEngine } from '../helm/index.ts';
import type { HelmPort } from './generators/helm.ts';

/** The chart engine of this house as kustomizations ask for it; `charts` brings those of repositories. */
export function helmPortOf(engine: HelmEngine, charts?: ChartPort): HelmPort {
  return {
    async render(request) {
      const { chart, releaseName, namespace, values, kubeVersion, apiVersions } = request;
      const rendered = await engine.render({
        chart,
        releaseName,
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
