import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Draft } from './types.ts';

type Container = Readonly<Record<string, unknown>> & { readonly name?: string };

/** Writes to these subresources change a few fields of the object and keep the rest as it is. */
export function keepToSubresource(draft: Draft, live: KubeObject, subresource: string): void {
  const given = { spec: draft['spec'], status: draft['status'] };
  for (const field of Object.keys(draft)) if (field !== 'metadata') delete draft[field];
  for (const field of Object.keys(live)) if (field !== 'metadata') draft[field] = live[field];
  const spec = isRecord(given.spec) ? given.spec : {};
  const status = isRecord(given.status) ? given.status : {};
  const old = (live['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  switch (subresource) {
    case 'finalize':
      draft['spec'] = withField(old, 'finalizers', spec['finalizers']);
      return;
    case 'ephemeralcontainers':
      draft['spec'] = withField(old, 'ephemeralContainers', spec['ephemeralContainers']);
      return;
    case 'resize':
      draft['spec'] = resized(resized(old, spec, 'containers'), spec, 'initContainers');
      return;
    case 'approval':
      draft['status'] = withField(
        (live['status'] ?? {}) as Readonly<Record<string, unknown>>,
        'conditions',
        status['conditions'],
      );
      return;
    default:
  }
}

function withField(
  record: Readonly<Record<string, unknown>>,
  field: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const { [field]: _, ...rest } = record;
  return value === undefined ? rest : { ...rest, [field]: value };
}

/** Takes over resources and their resize policy, container by container. */
function resized(
  old: Readonly<Record<string, unknown>>,
  spec: Readonly<Record<string, unknown>>,
  field: string,
): Readonly<Record<string, unknown>> {
  const [before, after] = [old[field], spec[field]].map((list) =>
    Array.isArray(list) ? (list as readonly Container[]) : [],
  );
  if (before === undefined || before.length === 0) return old;
  const containers = before.map((container) => {
    const wanted = after?.find(({ name }) => name === container.name);
    return wanted === undefined ? container : { ...container, resources: wanted['resources'] };
  });
  return { ...old, [field]: containers };
}
