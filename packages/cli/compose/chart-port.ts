import { err, problem } from '@plumbline/base';
import { namedRepository } from '@plumbline/controllers';
import type { Cluster } from '@plumbline/kube';
import type { ChartPort } from '@plumbline/render';
import type { ChartSources } from '@plumbline/sources';

/** Brings charts that others need from their repositories; `@name` and `alias:name` are those that are set up here. */
export function chartPort(charts: ChartSources, cluster: Cluster, namespace: string): ChartPort {
  return async ({ repository, name, version }) => {
    const alias = /^(?:@|alias:)(.+)$/.exec(repository)?.[1];
    const address = alias === undefined ? repository : namedRepository(cluster, namespace, alias);
    if (address === undefined)
      return err(
        problem('helm-dependencies', `no repository definition for ${repository}`, {
          hint: `add a repository Secret whose name is ${alias ?? ''}, or write its address into Chart.yaml`,
        }),
      );
    return charts.archive(address, name, version);
  };
}
