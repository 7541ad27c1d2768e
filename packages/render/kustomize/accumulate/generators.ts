import { checkChart, inflateChart } from '../generators/helm.ts';
import { generateMap, mergeOptions } from '../generators/maps.ts';
import type { GeneratorArgs } from '../kustomization/types.ts';
import { originOfField } from '../metadata/origin.ts';
import { configured } from '../problem.ts';
import type { ResourceOrigin } from '../resource.ts';
import type { PlannedGenerator } from './plugins.ts';
import type { Target } from './state.ts';
import { chartKit, generatedSteps } from './steps.ts';

/** The generators that the fields of a kustomization ask for, in the order in which they always run. */
export function builtInGenerators(target: Target): PlannedGenerator[] {
  const { loader, read, state } = target;
  const { kustomization } = read;
  const originOf = (kind: string): ResourceOrigin | undefined =>
    target.origin === undefined ? undefined : originOfField(target.origin, read.fileName, kind);
  const mapGenerator = (kind: 'ConfigMap' | 'Secret', args: GeneratorArgs, i: number): PlannedGenerator => {
    const options = mergeOptions(args.options, kustomization.generatorOptions);
    const merged = { ...args, ...(options === undefined ? {} : { options }) };
    const field = kind === 'ConfigMap' ? 'configMapGenerator' : 'secretGenerator';
    return {
      origin: originOf(`${kind}Generator`),
      generate: async () => {
        const { resource, pairs } = await generateMap(kind, loader, merged);
        resource.written = { file: read.file, line: read.lineOf(field), document: 0 };
        state.recorder?.made(resource, generatedSteps(target, field, i, pairs));
        return [resource];
      },
    };
  };
  return [
    ...(kustomization.configMapGenerator ?? []).map((args, i) => mapGenerator('ConfigMap', args, i)),
    ...(kustomization.secretGenerator ?? []).map((args, i) => mapGenerator('Secret', args, i)),
    ...(kustomization.helmCharts ?? []).map((chart, i): PlannedGenerator => {
      const namespace = chart.namespace || kustomization.namespace || target.helmNamespace;
      const args = { ...kustomization.helmGlobals, ...chart, namespace };
      return {
        origin: originOf('HelmChartInflationGenerator'),
        generate: async () => {
          const kit = chartKit(target, `/helmCharts/${i}`, `helmCharts[${i}]`);
          await configured('HelmChartInflationGenerator', args, () => checkChart(args, kit));
          return inflateChart(args, kit);
        },
      };
    }),
  ];
}
