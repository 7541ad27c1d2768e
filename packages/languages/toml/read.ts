import { parse, TomlDate, TomlError } from 'smol-toml';
import type { TomlValue } from 'smol-toml';
import { GoError, GoInt, typedList } from '../go/index.ts';
import type { GoMap, Value } from '../go/index.ts';
import { parseGoTime } from '../sprig/index.ts';

/**
 * A TOML document as Go programs read it into a map: whole numbers are int64, dates are times. Throws a `GoError` that
 * names the line; its words are not upstream's.
 */
export function readToml(text: string): GoMap {
  try {
    return tableOf(parse(text, { integersAsBigInt: true }));
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const reason = thrown.message.split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '') ?? '';
    throw new GoError(`toml: line ${thrown.line}: ${reason}`);
  }
}

function tableOf(table: Readonly<Record<string, TomlValue>>): GoMap {
  return new Map(Object.entries(table).map(([key, value]): [string, Value] => [key, valueOf(value)]));
}

function valueOf(value: TomlValue): Value {
  if (typeof value === 'bigint') return new GoInt('int64', BigInt.asIntN(64, value));
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return listOf(value);
  return value instanceof TomlDate ? timeOf(value) : tableOf(value);
}

function listOf(items: readonly TomlValue[]): Value[] {
  const values = items.map(valueOf);
  const isTables = values.length > 0 && values.every((each) => each instanceof Map);
  return isTables ? typedList('[]map[string]interface {}', values) : values;
}

/** Dates and times without a zone get locations that say what they lack, as upstream has it. */
function timeOf(date: TomlDate): Value {
  const text = date.toISOString();
  if (date.isTime()) return parseGoTime(`0000-01-01T${text}`, '2006-01-02T15:04:05.999999999', 'time-local');
  if (date.isDate()) return parseGoTime(text, '2006-01-02', 'date-local');
  return date.isLocal()
    ? parseGoTime(text, '2006-01-02T15:04:05.999999999', 'datetime-local')
    : parseGoTime(text, '2006-01-02T15:04:05.999999999Z07:00');
}
