import type { KubeObject } from '@plumbline/api';
import type { Draft, WriteContext } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { record, records, text } from './fields.ts';
import { admissionRefusal } from './pod-admission.ts';
import { formatDecimal, fromWholeUnits, parseQuantity } from './quantity.ts';

/** Core kinds that a quota also knows by their plain plural. */
const PLAIN = new Set([
  'Pod',
  'Service',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'ReplicationController',
  'ResourceQuota',
]);

/** The plural of a built-in kind. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith('y')) return `${lower.slice(0, -1)}ies`;
  if (lower.endsWith('ss')) return `${lower}es`;
  return lower.endsWith('s') ? lower : `${lower}s`;
}

type Usage = Readonly<Record<string, bigint>>;

/** What one object takes of each name that a quota may bound. */
function usageOf(object: Pick<KubeObject, 'kind'> & Fields, group: string): Usage {
  const { kind } = object;
  const one = fromWholeUnits(1n);
  const usage: Record<string, bigint> = {
    [`count/${pluralOf(kind)}${group === '' ? '' : `.${group}`}`]: one,
  };
  if (group !== '' || !PLAIN.has(kind)) return usage;
  const spec = record(object['spec']);
  if (kind === 'Pod') {
    const phase = text(record(object['status'])['phase']);
    if (phase === 'Succeeded' || phase === 'Failed') return usage;
    addContainers(usage, spec);
  }
  usage[pluralOf(kind)] = one;
  if (kind === 'PersistentVolumeClaim')
    usage['requests.storage'] = parseQuantity(record(record(spec['resources'])['requests'])['storage']) ?? 0n;
  if (kind === 'Service') {
    const exposed = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
    usage['services.nodeports'] = exposed ? fromWholeUnits(BigInt(records(spec['ports']).length)) : 0n;
    usage['services.loadbalancers'] = spec['type'] === 'LoadBalancer' ? one : 0n;
  }
  return usage;
}

function addContainers(usage: Record<string, bigint>, spec: Fields): void {
  for (const container of records(spec['containers'])) {
    for (const [field, amounts] of Object.entries(record(container['resources']))) {
      for (const [name, amount] of Object.entries(record(amounts))) {
        const value = parseQuantity(amount) ?? 0n;
        usage[`${field}.${name}`] = (usage[`${field}.${name}`] ?? 0n) + value;
        if (field === 'requests' && (name === 'cpu' || name === 'memory'))
          usage[name] = (usage[name] ?? 0n) + value;
      }
    }
  }
}

/** Refuses a new object that would take more than a quota of its namespace leaves. */
export function admitQuota(draft: Draft, group: string, context: WriteContext): void {
  const namespace = draft.metadata.namespace ?? '';
  if (namespace === '') return;
  for (const quota of context.list('', 'ResourceQuota', namespace)) {
    const hard = record(record(quota['spec'])['hard']);
    const wanted = usageOf(draft, group);
    const names = Object.keys(hard)
      .filter((name) => (wanted[name] ?? 0n) > 0n)
      .toSorted();
    if (names.length === 0) continue;
    const used = sumUsage(context.list(group, draft.kind, namespace), group);
    const exceeded = names.filter(
      (name) => (used[name] ?? 0n) + (wanted[name] ?? 0n) > (parseQuantity(hard[name]) ?? 0n),
    );
    if (exceeded.length === 0) continue;
    const part = (value: (name: string) => string): string =>
      exceeded.map((name) => `${name}=${value(name)}`).join(',');
    const why =
      `exceeded quota: ${quota.metadata.name}, requested: ${part((name) => amount(name, wanted[name], draft))}, ` +
      `used: ${part((name) => formatUsage(name, used[name] ?? 0n))}, limited: ${part((name) => text(hard[name]))}`;
    throw admissionRefusal(group, pluralOf(draft.kind), draft.metadata.name, why);
  }
}

/** The request as its author wrote it, where there is such a text. */
function amount(name: string, value: bigint | undefined, draft: Draft): string {
  const written = record(record(record(draft['spec'])['resources'])['requests'])['storage'];
  return name === 'requests.storage' && typeof written === 'string'
    ? written
    : formatUsage(name, value ?? 0n);
}

export function sumUsage(objects: Iterable<KubeObject>, group: string): Usage {
  const total: Record<string, bigint> = {};
  for (const object of objects) {
    for (const [name, value] of Object.entries(usageOf(object, group)))
      total[name] = (total[name] ?? 0n) + value;
  }
  return total;
}

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes in binary steps, all else as decimals. */
export function formatUsage(name: string, value: bigint): string {
  if (!/storage|memory/.test(name) || value === 0n) return formatDecimal(value);
  let units = value / fromWholeUnits(1n);
  let step = 0;
  while (units % 1024n === 0n && step < BINARY.length - 1) {
    units /= 1024n;
    step++;
  }
  return `${units}${BINARY[step] ?? ''}`;
}
