import type { FieldOrigins, OriginStep } from '@plumbline/api';
import { rangesOf } from '@plumbline/languages';
import type { TraceOrigin, TraceSpan } from '@plumbline/languages';
import type { ValuePlace } from './value-places.ts';

/** A template's output with who wrote which part of it. */
export interface TracedFile {
  readonly text: string;
  readonly spans: readonly TraceSpan<ValuePlace>[];
}

/** More acts than this do not explain a field, they bury it. */
const stepsMax = 50;

/**
 * Where the fields of a document come from: the keys of the values that they took, the templates that printed them, and
 * the conditions around. `start` is where the document begins in the file's text.
 */
export function fieldOrigins(content: string, start: number, file: TracedFile): FieldOrigins {
  const origins = new Map<string, readonly OriginStep[]>();
  const first = spansIn(file.spans, start, start + 1);
  origins.set('', stepsOf(first));
  for (const [pointer, range] of rangesOf(content)) {
    const spans = spansIn(file.spans, start + range.start, start + Math.max(range.end, range.start + 1));
    origins.set(pointer, stepsOf(spans));
  }
  return origins;
}

/** The spans that overlap a part of the text; they are sorted and have no gaps. */
function spansIn(
  spans: readonly TraceSpan<ValuePlace>[],
  start: number,
  end: number,
): readonly TraceSpan<ValuePlace>[] {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: TraceSpan<ValuePlace>[] = [];
  for (let at = low; at < spans.length; at++) {
    const span = spans[at];
    if (span === undefined || span.start >= end) break;
    found.push(span);
  }
  return found;
}

function stepsOf(spans: readonly TraceSpan<ValuePlace>[]): readonly OriginStep[] {
  const steps = new Map<string, OriginStep>();
  const add = (step: OriginStep): void => {
    // Several pieces of one line are one act.
    const name = `${step.act} ${step.file}:${step.line} ${step.detail ?? ''}`;
    if (!steps.has(name) && steps.size < stepsMax) steps.set(name, step);
  };
  const origins = new Set(spans.map(({ origin }) => origin));
  for (const { keys } of origins) for (const key of keys) add(valueStep(key));
  for (const origin of origins) add(templateStep(origin));
  for (const { conditions } of origins)
    for (const { template, line, column, keys } of conditions) {
      const detail = keys.map(({ key }) => key).join(', ');
      add({
        act: 'condition',
        file: template,
        line,
        column: column + 1,
        ...(detail === '' ? {} : { detail }),
      });
    }
  return [...steps.values()];
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
