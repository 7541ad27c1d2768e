import type { FieldOrigins, OriginStep } from '@plumbline/api';
import { rangesOf } from '@plumbline/languages';
import type { TextRange, TraceOrigin, TraceSpan } from '@plumbline/languages';
import type { TextCache } from '../documents.ts';
import type { ValuePlace } from './value-places.ts';

/** A template's output with who wrote which part of it. */
export interface TracedFile {
  readonly text: string;
  readonly spans: readonly TraceSpan<ValuePlace>[];
}

/** More acts than this do not explain a field, they bury it. */
const stepsMax = 50;

/** What is known of texts that were read before: where the values of a document are written. */
export type RangesCache = TextCache<ReadonlyMap<string, TextRange>>;

/**
 * Where the fields of a document come from: the keys of the values that they took, the templates that printed them, and
 * the conditions around. `start` is where the document begins in the file's text.
 */
export function fieldOrigins(
  content: string,
  start: number,
  file: TracedFile,
  cache: RangesCache,
): FieldOrigins {
  const origins = new Map<string, readonly OriginStep[]>();
  const { spans } = file;
  // Neighbours were mostly written by the same piece of a template: they share their steps.
  const known = new Map<number, readonly OriginStep[]>();
  const stepsAt = (from: number, to: number): readonly OriginStep[] => {
    const first = firstSpan(spans, from);
    let end = first;
    while (end < spans.length && (spans[end]?.start ?? to) < to) end++;
    const name = first * (spans.length + 1) + end;
    let steps = known.get(name);
    if (steps === undefined) known.set(name, (steps = stepsOf(spans.slice(first, end))));
    return steps;
  };
  origins.set('', stepsAt(start, start + 1));
  for (const [pointer, range] of ranges(content, cache)) {
    origins.set(pointer, stepsAt(start + range.start, start + Math.max(range.end, range.start + 1)));
  }
  return origins;
}

function ranges(content: string, cache: RangesCache): ReadonlyMap<string, TextRange> {
  const known = cache.get(content);
  if (known !== undefined) return known;
  const read = rangesOf(content);
  cache.set(content, read);
  return read;
}

/** The first span that ends behind a place; spans are sorted and have no gaps. */
function firstSpan(spans: readonly TraceSpan<ValuePlace>[], start: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stepsOf(spans: readonly TraceSpan<ValuePlace>[]): readonly OriginStep[] {
  const steps = new Map<string, OriginStep>();
  const add = (step: OriginStep): void => {
    // Several pieces of one line are one act.
    const name = `${step.act} ${step.file}:${step.line} ${step.detail ?? ''}`;
    if (!steps.has(name) && steps.size < stepsMax) steps.set(name, step);
  };
  const origins = new Set<TraceOrigin<ValuePlace>>();
  for (const { origin } of spans) origins.add(origin);
  for (const { keys } of origins) for (const key of keys) add(valueStep(key));
  for (const origin of origins) add(templateStep(origin));
  for (const { conditions } of origins) for (const condition of conditions) add(conditionStep(condition));
  return [...steps.values()];
}

function conditionStep(condition: TraceOrigin<ValuePlace>['conditions'][number]): OriginStep {
  const { template, line, column, keys } = condition;
  const detail = keys.map(({ key }) => key).join(', ');
  const step: OriginStep = { act: 'condition', file: template, line, column: column + 1 };
  return detail === '' ? step : { ...step, detail };
}

function valueStep({ key, file, line, column }: ValuePlace): OriginStep {
  return {
    act: 'value',
    file,
    detail: key,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

function templateStep({ template, line, column, includes }: TraceOrigin<ValuePlace>): OriginStep {
  const chain = includes.map((one) => `${one.name} from ${one.template}:${one.line}`).join(', ');
  return {
    act: 'template',
    file: template,
    line,
    column: column + 1,
    ...(chain === '' ? {} : { detail: `(${chain})` }),
  };
}
