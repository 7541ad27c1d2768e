import type { FieldOrigins, OriginStep } from '@plumbline/api';
import { rangesOf } from '@plumbline/languages';
import type { TextRange, TraceOrigin } from '@plumbline/languages';
import type { TextCache } from '../documents.ts';
import { mapOnDemand } from './map-on-demand.ts';
import type { ValuePlace } from './value-places.ts';

/** A template's output with who wrote which part of it, where that was asked for. */
export interface TracedFile {
  readonly text: string;
  readonly originsIn?: (start: number, end: number) => readonly TraceOrigin<ValuePlace>[];
}

/** A bound against charts that put everything into one text; who shows origins shows fewer. */
const stepsMax = 2000;

/** What is known of texts that were read before: where the values of a document are written. */
export type RangesCache = TextCache<ReadonlyMap<string, TextRange>>;

/**
 * Where the fields of a document come from: the keys of the values that they took, the templates that printed them, and
 * the conditions around. `start` is where the document begins in the file's text. Nothing is found out before somebody
 * asks: most fields of most renders are never asked for.
 */
export function fieldOrigins(
  content: string,
  start: number,
  originsIn: NonNullable<TracedFile['originsIn']>,
  cache: RangesCache,
  acts: StepsCache,
): FieldOrigins {
  const stepsAt = (from: number, to: number) => stepsOf(originsIn(start + from, start + to), acts);
  let fields: ReadonlyMap<string, TextRange> | undefined;
  const rangesOfFields = () => (fields ??= withWhole(rangesIn(content, cache)));
  return mapOnDemand(rangesOfFields, (range) => stepsAt(range.start, Math.max(range.end, range.start + 1)));
}

/** The document itself is said to come from who began it. */
function withWhole(ranges: ReadonlyMap<string, TextRange>): ReadonlyMap<string, TextRange> {
  return new Map([['', { start: 0, end: 1 }], ...ranges]);
}

function rangesIn(content: string, cache: RangesCache): ReadonlyMap<string, TextRange> {
  const known = cache.get(content);
  if (known !== undefined) return known;
  const read = rangesOf(content);
  cache.set(content, read);
  return read;
}

/** The acts behind a piece of a template's output. They are the same for all fields that it wrote. */
interface Acts {
  readonly values: readonly NamedStep[];
  readonly template: NamedStep;
  readonly conditions: readonly NamedStep[];
}

/** Several pieces of one line are one act: they have one name. */
interface NamedStep {
  readonly name: string;
  readonly step: OriginStep;
}

/** What one render has found out about its origins. */
export interface StepsCache {
  readonly acts: Map<TraceOrigin<ValuePlace>, Acts>;
  /** One act per key of the values, and per condition. */
  readonly single: Map<object, NamedStep>;
  /** The steps of fields that one piece has written as a whole. */
  readonly whole: Map<TraceOrigin<ValuePlace>, readonly OriginStep[]>;
}

export function createStepsCache(): StepsCache {
  return { acts: new Map(), single: new Map(), whole: new Map() };
}

function named(step: OriginStep): NamedStep {
  return { name: `${step.act} ${step.file}:${step.line} ${step.detail ?? ''}`, step };
}

function once(what: object, cache: StepsCache, make: () => OriginStep): NamedStep {
  const known = cache.single.get(what);
  if (known !== undefined) return known;
  const made = named(make());
  cache.single.set(what, made);
  return made;
}

function actsOf(origin: TraceOrigin<ValuePlace>, cache: StepsCache): Acts {
  const known = cache.acts.get(origin);
  if (known !== undefined) return known;
  const values: NamedStep[] = [];
  for (const key of origin.keys) values.push(once(key, cache, () => valueStep(key)));
  const conditions: NamedStep[] = [];
  for (const condition of origin.conditions)
    conditions.push(once(condition, cache, () => conditionStep(condition)));
  const acts = { values, template: named(templateStep(origin)), conditions };
  cache.acts.set(origin, acts);
  return acts;
}

function stepsOf(origins: readonly TraceOrigin<ValuePlace>[], cache: StepsCache): readonly OriginStep[] {
  const [only] = origins;
  if (origins.length !== 1 || only === undefined) return together(origins, cache);
  const known = cache.whole.get(only);
  if (known !== undefined) return known;
  const steps = together(origins, cache);
  cache.whole.set(only, steps);
  return steps;
}

/** Values first, then templates, then conditions, each act once. */
function together(origins: readonly TraceOrigin<ValuePlace>[], cache: StepsCache): readonly OriginStep[] {
  const acts = origins.map((origin) => actsOf(origin, cache));
  const steps = new Map<string, OriginStep>();
  const add = ({ name, step }: NamedStep): void => {
    if (!steps.has(name) && steps.size < stepsMax) steps.set(name, step);
  };
  for (const { values } of acts) values.forEach(add);
  for (const { template } of acts) add(template);
  for (const { conditions } of acts) conditions.forEach(add);
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
