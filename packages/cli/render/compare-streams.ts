import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';

/** How two streams of manifests differ. */
export interface StreamComparison {
  readonly sameBytes: boolean;
  /** One line per difference: an object that only one side has, or a field with both values. */
  readonly differences: readonly string[];
}

/** Compares as Kubernetes would read them: order, comments and the form of texts do not matter. */
export function compareStreams(theirs: string, ours: string): StreamComparison {
  const [left, right] = [objectsOf(theirs), objectsOf(ours)];
  const differences: string[] = [];
  for (const [name, object] of left) {
    if (right.has(name)) differences.push(...fields(object, right.get(name), name, ''));
    else differences.push(`${name}: only theirs`);
  }
  for (const name of right.keys()) if (!left.has(name)) differences.push(`${name}: only ours`);
  return { sameBytes: theirs === ours, differences };
}

function objectsOf(text: string): Map<string, unknown> {
  const objects = new Map<string, unknown>();
  const read = readYaml(text, { file: 'output', duplicateKeys: 'last' });
  for (const { value } of read.ok ? read.value : []) {
    if (!isRecord(value) || Object.keys(value).length === 0) continue;
    const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
    const parts = [value['kind'], metadata['namespace'], metadata['name']];
    const base = parts.filter((part) => typeof part === 'string').join('/');
    let name = base;
    for (let n = 2; objects.has(name); n++) name = `${base} (${n})`;
    objects.set(name, value);
  }
  return objects;
}

function fields(theirs: unknown, ours: unknown, name: string, path: string): string[] {
  if (Object.is(theirs, ours)) return [];
  const bothLists = Array.isArray(theirs) && Array.isArray(ours);
  if ((isRecord(theirs) && isRecord(ours)) || bothLists) {
    const [a, b] = [theirs as Record<string, unknown>, ours as Record<string, unknown>];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      fields(a[key], b[key], name, `${path}.${key}`),
    );
  }
  return [`${name} ${path.slice(1)}: theirs ${shown(theirs)}, ours ${shown(ours)}`];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
