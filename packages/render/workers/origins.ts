import type { Manifest } from '@plumbline/api';

/** Origins that are only found out when somebody asks cannot be posted to the one who asks. */
export function settledOrigins(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.map((manifest) =>
    manifest.origins === undefined ? manifest : { ...manifest, origins: new Map(manifest.origins) },
  );
}
