import {
  addKeys,
  allKeys,
  traceEmbedding,
  traceIndenting,
  traceSameLength,
  traceShaping,
} from './trace-text.ts';
import { noKeys, noTrace, traceOfPieces, traceWhole } from './trace.ts';
import { entriesOf, isContainer, isSame } from './trace-values.ts';
import { traceYaml } from './trace-yaml.ts';
import type { Value } from '../go/index.ts';
import type { Given } from './given.ts';
import type { KeySet, Trace } from './trace.ts';
import type { TracedText } from './trace-text.ts';
import type { TracedValues } from './trace-values.ts';

/** A call that is over: what went in, and what came out. */
export interface Call {
  readonly does: Doing;
  readonly args: readonly Given[];
  readonly traces: readonly (Trace | undefined)[];
  readonly result: Given;
  /** The keys of the conditions under which the call was made. */
  readonly around: KeySet;
}

/** What a function does with what it gets, as far as it can be said by its name. */
export interface Doing {
  readonly name: string;
  /** What it does with texts; undefined where its result cannot be taken apart. */
  readonly text: 'writes YAML' | 'writes' | 'embeds' | 'shapes' | 'indents' | 'keeps length' | undefined;
  readonly asks: boolean;
  readonly merges: boolean;
  /** Of merged tables the last one wins. */
  readonly lastWins: boolean;
}

/** Looked up once per call in a template, not each time that it runs. */
export function doingOf(name: string): Doing {
  return {
    name,
    text: textDoing(name),
    asks: asking.has(name),
    merges: name.startsWith('merge') || name.startsWith('mustMerge'),
    lastWins: name.includes('verwrite'),
  };
}

function textDoing(name: string): Doing['text'] {
  if (writing.has(name)) return name.includes('Yaml') ? 'writes YAML' : 'writes';
  if (embedding.has(name)) return 'embeds';
  if (name === 'indent' || name === 'nindent') return 'indents';
  if (shaping.has(name)) return 'shapes';
  return sameLength.has(name) ? 'keeps length' : undefined;
}

/** Functions whose result holds the texts of their arguments as they are, with something between them. */
const embedding: ReadonlySet<string> = new Set(
  'print printf println cat join quote squote toString html b64dec default required coalesce ternary'.split(
    ' ',
  ),
);

/** Functions whose result is their last text in another shape: a part of it, or its lines moved. */
const shaping: ReadonlySet<string> = new Set(
  'trim trimAll trimPrefix trimSuffix trunc substr nospace replace wrap abbrev tpl'.split(' '),
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
export function traceResult(values: TracedValues, call: Call): Trace | undefined {
  const { does, args, traces, result } = call;
  if (result === undefined || result === null) return whole(values, call);
  if (does.name === 'set') return afterSet(values, call);
  const picked = traceOfPicked(values, call);
  if (picked !== undefined) return picked;
  const same = does.merges || typeof result === 'boolean' ? -1 : indexOfSame(args, result);
  if (same >= 0) return sameAsArgument(call, same);
  if (typeof result === 'string') return traceText(values, call, result);
  if (isContainer(result)) {
    inheritSlots(values, call, result);
    // What is in it has traces of its own; the whole is as much its sources as they were.
    return traces.find((trace, at) => trace !== undefined && isContainer(args[at]));
  }
  return whole(values, call);
}

function indexOfSame(args: readonly Given[], result: Given): number {
  for (let at = 0; at < args.length; at++) if (isSame(args[at], result)) return at;
  return -1;
}

function sameAsArgument({ args, traces }: Call, at: number): Trace | undefined {
  const own = traces[at];
  // That it was chosen depends on those that were not (`default`, `ternary`, `coalesce`).
  let others = noKeys;
  for (let index = 0; index < traces.length; index++) {
    const trace = traces[index];
    if (index !== at && trace !== undefined && !isContainer(args[index]))
      others = others.with(allKeys(trace));
  }
  if (own === undefined) return others === noKeys ? undefined : traceWhole(others);
  return addKeys(own, others);
}

/** All that went in, for results that cannot be taken apart; what is in tables and lists only where it becomes text. */
function whole(values: TracedValues, call: Call, until = call.args.length): Trace | undefined {
  const keys = keysOfAll(values, call, until);
  return keys === noKeys ? undefined : traceWhole(keys);
}

function keysOfAll(values: TracedValues, { does, args, traces, result }: Call, until: number): KeySet {
  const isDeep = typeof result === 'string' && !does.asks;
  let keys = noKeys;
  for (let index = 0; index < until; index++) {
    const trace = traces[index];
    const arg = args[index];
    if (isDeep && isContainer(arg)) keys = keys.with(values.deepKeys(arg, trace));
    else if (trace !== undefined) keys = keys.with(allKeys(trace));
  }
  return keys;
}

function traceText(values: TracedValues, call: Call, result: string): Trace | undefined {
  const { does, args, traces } = call;
  const [first] = args;
  if (does.text === undefined) return whole(values, call);
  if (does.text === 'writes' || does.text === 'writes YAML') {
    if (!isContainer(first)) return whole(values, call);
    if (does.text === 'writes') return traceWhole(values.deepKeys(first, traces[0]));
    const keys = allKeys(traces[0] ?? noTrace);
    return traceOfPieces(keys, traceYaml(values, result, first, keys));
  }
  if (does.text === 'embeds') return traceEmbedded(values, call, result);
  const last = args.findLastIndex(isText);
  if (last < 0) return whole(values, call);
  const trace = traces[last];
  const rest = keysOfAll(values, call, last);
  if (trace === undefined) return rest === noKeys ? undefined : traceWhole(rest);
  const text: TracedText = { text: args[last] as string, trace };
  switch (does.text) {
    case 'indents': {
      const lead = does.name === 'nindent' ? 1 : 0;
      return traceIndenting(text, indentOf(args[0]), lead, rest);
    }
    case 'shapes':
      return traceShaping(result, text, rest);
    case 'keeps length':
      return result.length === text.text.length
        ? traceSameLength(text, rest)
        : traceWhole(allKeys(trace).with(rest));
  }
}

function indentOf(width: Given): number {
  return Math.max(0, Number(slotKey(width)));
}

function isText(value: Given): value is string {
  return typeof value === 'string';
}

/** The texts among the arguments (of `join`: in the list) with their pieces, and the keys of everything else. */
function traceEmbedded(
  values: TracedValues,
  { does, args, traces }: Call,
  result: string,
): Trace | undefined {
  const texts: TracedText[] = [];
  let rest = noKeys;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    const trace = traces[index];
    if (isText(arg)) {
      if (does.name !== 'printf' || index > 0) texts.push({ text: arg, trace: trace ?? noTrace });
      else if (trace !== undefined) rest = rest.with(allKeys(trace));
    } else if (does.name === 'join' && Array.isArray(arg)) {
      for (let at = 0; at < arg.length; at++) {
        const item = arg[at];
        if (isText(item)) texts.push({ text: item, trace: values.slot(arg, at) ?? trace ?? noTrace });
        else rest = rest.with(values.deepKeys(item, values.slot(arg, at)));
      }
    } else if (isContainer(arg)) rest = rest.with(values.deepKeys(arg, trace));
    else if (trace !== undefined) rest = rest.with(allKeys(trace));
  }
  if (rest === noKeys && texts.every(({ trace }) => trace === noTrace)) return undefined;
  return traceEmbedding(result, texts, rest);
}

/** What is set under conditions depends on them, whoever reads it. */
function afterSet(values: TracedValues, { args, traces, around }: Call): Trace | undefined {
  const [table, key] = args;
  const own = traces[2] ?? traces[1] ?? noTrace;
  if (isContainer(table) && isText(key)) values.setSlot(table, key, addKeys(own, around));
  return traces[0];
}

/** `index`, `get`, `dig` and their kind: the trace of the slot that they looked into. */
function traceOfPicked(values: TracedValues, { does, args, result }: Call): Trace | undefined {
  const path = pathOf(does.name, args);
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
function inheritSlots(values: TracedValues, call: Call, result: Value[] | Map<string, Value>): void {
  const { does, args, traces, around } = call;
  // What has no trace of its own depends at least on why the call was made. (What `merge` fills keeps what it had.)
  const isNew = !args.includes(result);
  if (isNew && around !== noKeys) values.setWhole(result, traceWhole(around));
  if (does.name === 'dict' && result instanceof Map) {
    for (let at = 0; at + 1 < args.length; at += 2) values.setSlot(result, slotKey(args[at]), traces[at + 1]);
    return;
  }
  if (does.name === 'list' || does.name === 'tuple') {
    args.forEach((_, at) => values.setSlot(result, at, traces[at]));
    return;
  }
  const simple = args.map((arg) => !isContainer(arg));
  const rest = whole(values, {
    ...call,
    args: args.filter((_, at) => simple[at]),
    traces: traces.filter((_, at) => simple[at]),
  });
  const sources = args.filter(isContainer);
  if (result instanceof Map) inheritTable(values, result, sources, does.lastWins);
  else inheritList(values, call, result, sources);
  const source = args.findIndex((arg) => isContainer(arg) && arg !== result);
  const wholeTrace = rest ?? (sources.length === 1 ? traces[source] : undefined);
  if (isNew && wholeTrace !== undefined) values.setWhole(result, addKeys(wholeTrace, around));
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
        known.set(key, trace === undefined ? undefined : traceWhole(allKeys(trace)));
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
