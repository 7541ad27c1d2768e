import { canonicalJson, isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { lastAppliedAnnotation } from '../compare/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Gives each value under one name a run of plus signs: equal values the same, others longer ones. */
type Masker = (name: string, value: unknown) => string;

const shortest = 8;
const longer = 4;

/**
 * States of one Secret as people may see them: under each key equal values look equal and different ones different, over
 * all states and what they say was applied last, and nothing else can be read off. Other kinds come back as they are.
 */
export function maskSecrets<T extends KubeObject | undefined>(
  states: readonly T[],
  hiddenAnnotations: readonly string[] = [],
): readonly T[] {
  if (!states.some(isSecret)) return states;
  const hidden = new Set(hiddenAnnotations);
  const [value, annotation] = [masker(), masker()];
  const hide = (state: Fields): Fields => withoutAnnotations(withoutValues(state, value), hidden, annotation);
  const masked = states.map((state) => (isSecret(state) ? hide(state as Fields) : state));
  // What was applied last comes after all states, so that these have the shorter runs.
  return masked.map((state) =>
    isSecret(state) ? hideLastApplied(state as Fields, hide) : state,
  ) as readonly T[];
}

function isSecret(state: unknown): boolean {
  return isRecord(state) && state['kind'] === 'Secret' && state['apiVersion'] === 'v1';
}

function masker(): Masker {
  const seen = new Map<string, Map<unknown, string>>();
  return (name, value) => {
    const known = seen.get(name) ?? new Map<unknown, string>();
    seen.set(name, known);
    const mask = known.get(value) ?? '+'.repeat(shortest + longer * known.size);
    known.set(value, mask);
    return mask;
  };
}

function withoutValues(state: Fields, mask: Masker): Fields {
  const result: Record<string, unknown> = { ...state };
  for (const field of ['data', 'stringData'] as const) {
    const values = state[field];
    if (values === undefined || values === null) continue;
    // Values that are no map are no Secret either, and may be anything.
    result[field] = isRecord(values)
      ? Object.fromEntries(Object.entries(values).map(([key, value]) => [key, mask(key, value)]))
      : mask(field, values);
  }
  return result;
}

function withoutAnnotations(state: Fields, hidden: ReadonlySet<string>, mask: Masker): Fields {
  const metadata = state['metadata'];
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  if (hidden.size === 0 || !isRecord(metadata) || !isRecord(annotations)) return state;
  const shown = Object.entries(annotations).map(([key, value]) => [
    key,
    hidden.has(key) ? mask(key, value) : value,
  ]);
  return { ...state, metadata: { ...metadata, annotations: Object.fromEntries(shown) as Fields } };
}

function hideLastApplied(state: Fields, hide: (state: Fields) => Fields): Fields {
  const metadata = state['metadata'];
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  const text = isRecord(annotations) ? annotations[lastAppliedAnnotation] : undefined;
  if (!isRecord(metadata) || !isRecord(annotations) || text === undefined) return state;
  const shown = { ...annotations, [lastAppliedAnnotation]: hiddenText(text, hide) };
  return { ...state, metadata: { ...metadata, annotations: shown } };
}

function hiddenText(text: unknown, hide: (state: Fields) => Fields): string {
  try {
    const applied: unknown = JSON.parse(String(text));
    if (isRecord(applied)) return canonicalJson(hide(applied));
  } catch {
    // Falls through: what cannot be read may hold anything.
  }
  return '+'.repeat(shortest);
}
