import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { OciClient } from '../oci/client.ts';
import { ociRepository } from '../oci/reference.ts';
import type { OciRepository } from '../oci/reference.ts';
import { archiveBytesMax, fetchProvenance, provenanceBytesMax } from './http-repository.ts';
import type { ChartAccess } from './types.ts';

/** Charts in an OCI registry. */
export interface OciChartRepository {
  versions(repoURL: string, chart: string, access: ChartAccess): Promise<Result<readonly string[]>>;
  archive(repoURL: string, chart: string, version: string, access: ChartAccess): Promise<Result<Uint8Array>>;
  /** The signed sums that were pushed beside the archive. */
  provenance(repoURL: string, chart: string, version: string, access: ChartAccess): Promise<Result<string>>;
}

/** What Helm pushes a chart's archive as. */
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const provenanceLayer = 'application/vnd.cncf.helm.chart.provenance.v1.prov';

export function createOciChartRepository(client: OciClient): OciChartRepository {
  return {
    async versions(repoURL, chart, access) {
      const repository = repositoryOf(repoURL, chart, access);
      if (!repository.ok) return repository;
      const tags = await client.tags(repository.value, access);
      // `+` may not stand in a tag; Helm writes `_`.
      return tags.ok ? ok(tags.value.map((tag) => tag.replaceAll('_', '+'))) : tags;
    },
    archive: (repoURL, chart, version, access) =>
      layerOf(repoURL, chart, version, access, chartLayer, archiveBytesMax),
    async provenance(repoURL, chart, version, access) {
      const address = `${repoURL.replace(/\/+$/, '')}/${chart}:${version}`;
      return fetchProvenance(
        () => layerOf(repoURL, chart, version, access, provenanceLayer, provenanceBytesMax),
        address,
      );
    },
  };

  async function layerOf(
    repoURL: string,
    chart: string,
    version: string,
    access: ChartAccess,
    mediaType: string,
    bytesMax: number,
  ): Promise<Result<Uint8Array>> {
    const repository = repositoryOf(repoURL, chart, access);
    if (!repository.ok) return repository;
    const manifest = await client.manifest(repository.value, version.replaceAll('+', '_'), access);
    if (!manifest.ok) return manifest;
    const layer = manifest.value.layers.find((one) => one.mediaType === mediaType);
    if (layer !== undefined) return client.blob(repository.value, layer.digest, bytesMax, access);
    const what = mediaType === chartLayer ? 'Helm chart' : 'provenance';
    return err(problem('chart-oci', `${repoURL}/${chart}:${version} holds no ${what}`));
  }
}

function repositoryOf(repoURL: string, chart: string, access: ChartAccess): Result<OciRepository> {
  const address = `${repoURL.replace(/\/+$/, '')}/${chart}`;
  const repository = ociRepository(address, access.plainHttp === true);
  if (repository !== undefined) return ok(repository);
  return err(problem('oci-address', `${address} is no repository of an OCI registry`));
}
