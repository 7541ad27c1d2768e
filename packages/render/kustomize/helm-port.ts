import { err, ok, problem } from '@plumbline/base';
import type { HelmEngine } from '../helm/index.ts';
import type { HelmPort } from './generators/helm.ts';

/** The chart engine of this house as kustomizations ask for it. */
export function helmPortOf(engine: HelmEngine): HelmPort {
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
        ...(kubeVersion === '' ? {} : { kubeVersion }),
      });
      if (rendered.ok) {
        const { text, reads, warnings } = rendered.value;
        return ok({ text, reads, warnings });
      }
      const [first] = rendered.error;
      return err(first ?? problem('helm-failed', 'the chart cannot be rendered'));
    },
  };
}
