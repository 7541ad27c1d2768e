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
  const rangesOfFields = () => (fields ??= rangesIn(content, cache));
  return mapOnDemand(rangesOfFields, (range) => stepsAt(range.start, Math.max(range.end, range.start + 1)));
}

function rangesIn(content: string, cache: RangesCache): ReadonlyMap<string, TextRange> {
  const known = cache.get(content);
  if (known !== undefined) return known;
  // The document itself is said to come from who began it.
  const read = new Map([['', { start: 0, end: 1 }]]);
  for (const [pointer, range] of rangesOf(content)) read.set(pointer, range);
  cache.set(content, read);
  return read;
}

/** Several pieces of one line are one act: they have one name. */
interface NamedStep {
  readonly name: string;
  readonly step: OriginStep;
}

type PieceOrigin = TraceOrigin<ValuePlace>;

/** What one render has found out about its origins. */
export interface StepsCache {
  /** One act per key of the values, and per condition. */
  readonly single: Map<object, NamedStep>;
  /** The acts of the conditions around a piece, which many pieces share. */
  readonly around: Map<PieceOrigin['conditions'], readonly NamedStep[]>;
  /** The steps of fields that one piece has written as a whole. */
  readonly whole: Map<PieceOrigin, readonly OriginStep[]>;
}

export function createStepsCache(): StepsCache {
  return { single: new Map(), around: new Map(), whole: new Map() };
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

const valueNamed = (place: ValuePlace, cache: StepsCache): NamedStep =>
  once(place, cache, () => valueStep(place));

/** The conditions around a piece, each once. */
function conditionsNamed({ conditions }: PieceOrigin, cache: StepsCache): readonly NamedStep[] {
  const known = cache.around.get(conditions);
  if (known !== undefined) return known;
  const steps = new Map<string, NamedStep>();
  for (const condition of conditions) {
    const one = once(condition, cache, () => conditionStep(condition));
    if (!steps.has(one.name)) steps.set(one.name, one);
  }
  const list = [...steps.values()];
  cache.around.set(conditions, list);
  return list;
}

function stepsOf(origins: readonly PieceOrigin[], cache: StepsCache): readonly OriginStep[] {
  const [only] = origins;
  if (origins.length !== 1 || only === undefined) return together(origins, cache);
  const known = cache.whole.get(only);
  if (known !== undefined) return known;
  const steps = ofOne(only, cache);
  cache.whole.set(only, steps);
  return steps;
}

/** The acts behind one piece are different ones already: its keys are a set. */
function ofOne(origin: PieceOrigin, cache: StepsCache): readonly OriginStep[] {
  const steps: OriginStep[] = [];
  for (const place of origin.keys) steps.push(valueNamed(place, cache).step);
  steps.push(templateStep(origin));
  for (const { step } of conditionsNamed(origin, cache)) steps.push(step);
  return steps.length > stepsMax ? steps.slice(0, stepsMax) : steps;
}

/** Values first, then templates, then conditions, each act once. */
function together(origins: readonly PieceOrigin[], cache: StepsCache): readonly OriginStep[] {
  const steps = new Map<string, OriginStep>();
  const add = ({ name, step }: NamedStep): void => {
    if (!steps.has(name) && steps.size < stepsMax) steps.set(name, step);
  };
  for (const { keys } of origins) for (const place of keys) add(valueNamed(place, cache));
  for (const origin of origins) add(once(origin, cache, () => templateStep(origin)));
  for (const origin of origins) conditionsNamed(origin, cache).forEach(add);
  return [...steps.values()];
}

function conditionStep(condition: PieceOrigin['conditions'][number]): OriginStep {
  const { template, line, column, keys } = condition;
  const detail = keys.map(({ key }) => key).join(', ');
  return stepAt('condition', template, line, column + 1, detail);
}

function valueStep({ key, file, line, column }: ValuePlace): OriginStep {
  if (line === undefined || column === undefined) return { act: 'value', file, detail: key };
  return { act: 'value', file, line, column, detail: key };
}

function templateStep({ template, line, column, includes }: PieceOrigin): OriginStep {
  if (includes.length === 0) return stepAt('template', template, line, column + 1, '');
  const chain = includes.map((one) => `${one.name} from ${one.template}:${one.line}`).join(', ');
  return stepAt('template', template, line, column + 1, `(${chain})`);
}

function stepAt(
  act: OriginStep['act'],
  file: string,
  line: number,
  column: number,
  detail: string,
): OriginStep {
  return detail === '' ? { act, file, line, column } : { act, file, line, column, detail };
}
