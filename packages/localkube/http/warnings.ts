import type { Served } from '../registry/index.ts';

/** Kinds that still work but should not be used; every request to them is answered with a warning. */
const deprecated: Readonly<Record<string, string>> = {
  '/v1/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/v1/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
};

export function deprecationOf(resource: Served): string | undefined {
  return (
    resource.compiled?.deprecationWarning ??
    deprecated[`${resource.group}/${resource.version}/${resource.kind}`]
  );
}
