import type { Served } from '../registry/index.ts';

/** Kinds of the core group that still work but should not be used; every request to them is answered with a warning. */
const deprecated: Readonly<Record<string, string>> = {
  Endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  ComponentStatus: 'v1 ComponentStatus is deprecated in v1.19+',
};

export function deprecationOf(resource: Served): string | undefined {
  if (resource.custom) return resource.compiled?.deprecationWarning;
  // Every request asks, so no text is made for the many that are not.
  return resource.version === 'v1' && resource.group === '' ? deprecated[resource.kind] : undefined;
}
