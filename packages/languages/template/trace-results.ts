import { addKeys, allKeys, traceEmbedding, traceSameLength, traceShaping } from './trace-text.ts';
import { entriesOf, isContainer, isSame } from './trace-values.ts';
import { traceYaml } from './trace-yaml.ts';
import type { Value } from '../go/index.ts';
import type { Given } from './given.ts';
import type { Interner, KeySet, Trace } from './trace.ts';
import type { TracedText } from './trace-text.ts';
import type { TracedValues } from './trace-values.ts';

/** A call that is over: what went in, and what came out. */
export interface Call {
  readonly name: string;
  readonly args: readonly Given[];
  readonly traces: readonly (Trace | undefined)[];
  readonly result: Given;
  /** The keys of the conditions under which the call was made. */
  readonly around: KeySet;
}

/** Functions whose result holds the texts of their arguments as they are, with something between them. */
const embedding: ReadonlySet<string> = new Set(
  'print printf println cat join quote squote toString html b64dec default required coalesce ternary'.split(
    ' ',
  ),
);

/** Functions whose result is their last text in another shape: a part of it, or its lines moved. */
const shaping: ReadonlySet<string> = new Set(
  'indent nindent trim trimAll trimPrefix trimSuffix trunc substr nospace replace wrap abbrev tpl'.split(' '),
);

/** Functions that only change the case of letters. */
const sameLength: ReadonlySet<string> = new Set('upper lower title untitle swapcase'.split(' '));

/** Functions that print a whole value, all the way down. */
const writing: ReadonlySet<string> = new Set(
  'toYaml mustToYaml toYamlPretty toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson toToml mustToToml'.split(
    ' ',
  ),
);

/** Functions that only say something about a table or list, not about what is in it. */
const asking: ReadonlySet<string> = new Set('len empty hasKey kindOf kindIs typeOf typeIs not'.split(' '));

/** Where the result of a call came from. */
export function traceResult(interner: Interner, values: TracedValues, call: Call): Trace | undefined {
  const { name, args, traces, result } = call;
  if (result === undefined || result === null) return whole(interner, values, call);
  if (name === 'set') return afterSet(interner, values, call);
  const picked = traceOfPicked(values, call);
  if (picked !== undefined) return picked;
  const same =
    name.startsWith('merge') || name.startsWith('mustMerge')
      ? -1
      : args.findIndex((arg) => isSame(arg, result));
  if (same >= 0 && typeof result !== 'boolean') return sameAsArgument(interner, call, same);
  if (typeof result === 'string') return traceText(interner, values, call, result);
  if (isContainer(result)) {
    inheritSlots(interner, values, call, result);
    // What is in it has traces of its own; the whole is as much its sources as they were.
    return traces.find((trace, at) => trace !== undefined && isContainer(args[at]));
  }
  return whole(interner, values, call);
}

function sameAsArgument(interner: Interner, { args, traces }: Call, at: number): Trace | undefined {
  const own = traces[at];
  // That it was chosen depends on those that were not (`default`, `ternary`, `coalesce`).
  let others = interner.noKeys;
  traces.forEach((trace, index) => {
    if (index !== at && trace !== undefined && !isContainer(args[index]))
      others = interner.union(others, allKeys(interner, trace));
  });
  if (own === undefined) return others.id === 0 ? undefined : { keys: others };
  return addKeys(interner, own, others);
}

/** All that went in, for results that cannot be taken apart; what is in tables and lists only where it becomes text. */
function whole(
  interner: Interner,
  values: TracedValues,
  { name, args, traces, result }: Call,
): Trace | undefined {
  let keys = interner.noKeys;
  traces.forEach((trace, index) => {
    const arg = args[index];
    const isDeep = isContainer(arg) && typeof result === 'string' && !asking.has(name);
    if (isDeep) keys = interner.union(keys, values.deepKeys(arg, trace));
    else if (trace !== undefined) keys = interner.union(keys, allKeys(interner, trace));
  });
  return keys.id === 0 ? undefined : { keys };
}

function traceText(interner: Interner, values: TracedValues, call: Call, result: string): Trace | undefined {
  const { name, args, traces } = call;
  if (writing.has(name) && isContainer(args[0])) {
    const keys = allKeys(interner, traces[0] ?? { keys: interner.noKeys });
    if (!name.includes('Yaml')) return { keys: values.deepKeys(args[0], traces[0]) };
    return { keys, segments: traceYaml(interner, values, result, args[0], keys) };
  }
  if (embedding.has(name)) {
    const { texts, rest } = textsAmong(interner, values, call);
    return traceEmbedding(
      interner,
      result,
      name === 'printf' ? texts.slice(isText(args[0]) ? 1 : 0) : texts,
      rest,
    );
  }
  const last = args.findLastIndex(isText);
  if (last < 0 || (!shaping.has(name) && !sameLength.has(name))) return whole(interner, values, call);
  const text: TracedText = { text: args[last] as string, trace: traces[last] ?? { keys: interner.noKeys } };
  const rest = whole(interner, values, { ...call, args: args.slice(0, last), traces: traces.slice(0, last) });
  const restKeys = rest?.keys ?? interner.noKeys;
  if (!sameLength.has(name)) return traceShaping(interner, result, text, restKeys);
  return result.length === text.text.length
    ? traceSameLength(interner, text, restKeys)
    : { keys: interner.union(allKeys(interner, text.trace), restKeys) };
}

function isText(value: Given): value is string {
  return typeof value === 'string';
}

/** The texts among the arguments (of `join`: in the list), and the keys of everything else. */
function textsAmong(
  interner: Interner,
  values: TracedValues,
  { name, args, traces }: Call,
): { readonly texts: readonly TracedText[]; readonly rest: KeySet } {
  const texts: TracedText[] = [];
  let rest = interner.noKeys;
  const noTrace: Trace = { keys: interner.noKeys };
  args.forEach((arg, index) => {
    const trace = traces[index];
    if (isText(arg)) texts.push({ text: arg, trace: trace ?? noTrace });
    else if (name === 'join' && Array.isArray(arg))
      arg.forEach((item, at) => {
        if (isText(item)) texts.push({ text: item, trace: values.slot(arg, at) ?? trace ?? noTrace });
        else rest = interner.union(rest, values.deepKeys(item, values.slot(arg, at)));
      });
    else rest = interner.union(rest, values.deepKeys(arg, trace));
  });
  return { texts, rest };
}

/** What is set under conditions depends on them, whoever reads it. */
function afterSet(
  interner: Interner,
  values: TracedValues,
  { args, traces, around }: Call,
): Trace | undefined {
  const [table, key] = args;
  const own = traces[2] ?? traces[1] ?? { keys: interner.noKeys };
  if (isContainer(table) && isText(key)) values.setSlot(table, key, addKeys(interner, own, around));
  return traces[0];
}

/** `index`, `get`, `dig` and their kind: the trace of the slot that they looked into. */
function traceOfPicked(values: TracedValues, { name, args, result }: Call): Trace | undefined {
  const path = pathOf(name, args);
  if (path === undefined) return undefined;
  let container: Given = path.from;
  let trace: Trace | undefined;
  for (const key of path.keys) {
    if (!isContainer(container)) return undefined;
    trace = values.slot(container, key);
    container = container instanceof Map ? container.get(String(key)) : container[Number(key)];
  }
  return isSame(container, result) ? trace : undefined;
}

function pathOf(
  name: string,
  args: readonly Given[],
): { readonly from: Given; readonly keys: readonly (string | number)[] } | undefined {
  const [first] = args;
  switch (name) {
    case 'index':
    case 'get':
      return { from: first, keys: args.slice(1).map(slotKey) };
    case 'dig':
      return { from: args.at(-1), keys: args.slice(0, -2).map(slotKey) };
    case 'first':
    case 'mustFirst':
      return { from: first, keys: [0] };
    case 'last':
    case 'mustLast':
      return { from: first, keys: [Array.isArray(first) ? first.length - 1 : 0] };
    default:
      return undefined;
  }
}

function slotKey(key: Given): string | number {
  if (typeof key === 'string') return key;
  return typeof key === 'object' && key !== null && 'n' in key ? Number(key.n) : '';
}

/** A table or list that a function made: its slots come from the arguments' slots that hold the same values. */
function inheritSlots(
  interner: Interner,
  values: TracedValues,
  call: Call,
  result: Value[] | Map<string, Value>,
): void {
  const { name, args, traces, around } = call;
  // What has no trace of its own depends at least on why the call was made. (What `merge` fills keeps what it had.)
  const isNew = !args.includes(result);
  if (isNew && around.id !== 0) values.setWhole(result, { keys: around });
  if (name === 'dict' && result instanceof Map) {
    for (let at = 0; at + 1 < args.length; at += 2) values.setSlot(result, slotKey(args[at]), traces[at + 1]);
    return;
  }
  if (name === 'list' || name === 'tuple') {
    args.forEach((_, at) => values.setSlot(result, at, traces[at]));
    return;
  }
  const simple = args.map((arg) => !isContainer(arg));
  const rest = whole(interner, values, {
    ...call,
    args: args.filter((_, at) => simple[at]),
    traces: traces.filter((_, at) => simple[at]),
  });
  const sources = args.filter(isContainer);
  if (result instanceof Map) inheritTable(values, result, sources, name.includes('verwrite'));
  else inheritList(interner, values, call, result, sources);
  const source = args.findIndex((arg) => isContainer(arg) && arg !== result);
  const wholeTrace = rest ?? (sources.length === 1 ? traces[source] : undefined);
  if (isNew && wholeTrace !== undefined) values.setWhole(result, addKeys(interner, wholeTrace, around));
}

/** In `merge` the first table that has the value gave it, in `mergeOverwrite` the last. */
function inheritTable(
  values: TracedValues,
  result: Map<string, Value>,
  sources: readonly (Value[] | Map<string, Value>)[],
  lastWins: boolean,
): void {
  const tables = sources.filter((source): source is Map<string, Value> => source instanceof Map);
  const ordered = lastWins ? tables.toReversed() : tables;
  for (const [key, item] of result) {
    const holders = ordered.filter(
      (table) => table.has(key) && (table !== result || values.ownSlot(table, key) !== undefined),
    );
    const same = holders.find((table) => isSame(table.get(key), item)) ?? holders[0];
    if (same === undefined) continue;
    if (same !== result) values.setSlot(result, key, values.slot(same, key));
    if (!(item instanceof Map) || holders.some((table) => table !== result && table.get(key) === item))
      continue;
    const inner = holders.map((table) => table.get(key)).filter((value) => value instanceof Map);
    inheritTable(values, item, lastWins ? inner.toReversed() : inner, lastWins);
  }
}

function inheritList(
  interner: Interner,
  values: TracedValues,
  { args, traces }: Call,
  result: readonly Value[],
  sources: readonly (Value[] | Map<string, Value>)[],
): void {
  const known = new Map<unknown, Trace | undefined>();
  const identity = (value: Value): unknown =>
    typeof value === 'object' && value !== null && 'n' in value ? `${value.kind} ${value.n}` : value;
  for (const source of sources) {
    for (const [key, item] of entriesOf(source)) {
      const trace = values.slot(source, key);
      known.set(identity(item), trace);
      // A key depends on what its value does, but is not made of the pieces of that.
      if (typeof key === 'string')
        known.set(key, trace === undefined ? undefined : { keys: allKeys(interner, trace) });
    }
  }
  args.forEach((arg, at) => {
    if (!isContainer(arg) && arg !== undefined) known.set(identity(arg), traces[at]);
  });
  result.forEach((item, at) => {
    const trace = known.get(identity(item));
    if (trace !== undefined) values.setSlot(result, at, trace);
  });
}
