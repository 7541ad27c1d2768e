import { availableParallelism, totalmem } from 'node:os';
import type { KubeObject } from '@plumbline/api';
import { record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { parseQuantity } from '../../kinds/quantity.ts';
import { specOf } from '../../controllers/runtime/objects.ts';
import { NODE, NODE_IP } from '../node.ts';

/** What the downward API says about a pod: the value of a `fieldRef`. Undefined: there is no such field. */
export function fieldValue(pod: KubeObject, path: string, ip: string): string | undefined {
  const { metadata } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed !== null)
    return (keyed[1] === 'labels' ? metadata.labels : metadata.annotations)?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return pairs(metadata.labels);
    case 'metadata.annotations':
      return pairs(metadata.annotations);
    case 'spec.nodeName':
      return text(specOf(pod)['nodeName']) || NODE;
    case 'spec.serviceAccountName':
      return text(specOf(pod)['serviceAccountName']);
    case 'status.hostIP':
    case 'status.hostIPs':
      return NODE_IP;
    case 'status.podIP':
    case 'status.podIPs':
      return ip;
    default:
      return undefined;
  }
}

/** Labels and annotations in a file: one per line, the values quoted as Go quotes them. */
function pairs(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

const billion = 1_000_000_000n;

/** What a `resourceFieldRef` says; a limit that is not set is what the machine has. */
export function resourceValue(
  pod: KubeObject,
  reference: Fields,
  own: Fields | undefined,
): string | undefined {
  const name = text(reference['containerName']);
  const spec = specOf(pod);
  const container =
    name === ''
      ? own
      : [...records(spec['containers']), ...records(spec['initContainers'])].find(
          (one) => one['name'] === name,
        );
  const [kind, ...rest] = text(reference['resource']).split('.');
  const resource = rest.join('.');
  if ((kind !== 'limits' && kind !== 'requests') || container === undefined) return undefined;
  const resources = record(container['resources']);
  const set =
    parseQuantity(record(resources[kind])[resource]) ??
    (kind === 'requests' ? undefined : machineHas(resource));
  const amount = set ?? 0n;
  const divisor = parseQuantity(reference['divisor']) ?? 0n;
  const unit = divisor === 0n ? billion : divisor;
  // Upstream rounds up.
  return String((amount + unit - 1n) / unit);
}

function machineHas(resource: string): bigint | undefined {
  if (resource === 'cpu') return BigInt(availableParallelism()) * billion;
  if (resource === 'memory') return BigInt(totalmem()) * billion;
  return undefined;
}
