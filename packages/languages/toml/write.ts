import {
  GoError,
  GoInt,
  GoObject,
  compareStrings,
  formatDuration,
  isNilList,
  printFloat,
} from '../go/index.ts';
import type { GoMap, Value } from '../go/index.ts';
import { GoTime } from '../sprig/index.ts';

/** Deeper tables contain themselves. */
const depthMax = 1000;
const indent = '  ';
const bareKey = /^[A-Za-z0-9_-]+$/;

/** What a value is in TOML. */
type Kind = 'nil' | 'scalar' | 'array' | 'table' | 'tables';

/**
 * A value as BurntSushi/toml writes it: plain keys first, then tables, each sorted; sub-tables are indented by two
 * spaces and only those at the top have an empty line before them. What is nil is left out.
 */
export function writeToml(value: Value): string {
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value', { panic: true });
  const writer = new TomlWriter();
  writer.encode([], value);
  return writer.text();
}

class TomlWriter {
  private readonly parts: string[] = [];

  text(): string {
    return this.parts.join('');
  }

  encode(key: readonly string[], value: Value): void {
    if (key.length > depthMax) throw new GoError('toml: the value contains itself');
    const kind = kindOf(value);
    if (kind === 'nil') return;
    if (kind === 'tables') this.tables(key, value as readonly Value[]);
    else if (kind === 'table') this.table(key, value);
    else this.pair(key, value, false);
  }

  private tables(key: readonly string[], items: readonly Value[]): void {
    if (key.length === 0) throw new GoError('toml: top-level values must be Go maps or structs');
    for (const item of items) {
      this.newline();
      this.parts.push(`${indent.repeat(key.length - 1)}[[${key.map(keyText).join('.')}]]`);
      this.newline();
      this.entries(key, entriesOf(item), false);
    }
  }

  private table(key: readonly string[], value: Value): void {
    if (key.length === 1) this.newline();
    if (key.length > 0) {
      this.parts.push(`${indent.repeat(key.length - 1)}[${key.map(keyText).join('.')}]`);
      this.newline();
    }
    this.entries(key, entriesOf(value), false);
  }

  /** The plain entries, then those that are tables. */
  private entries(key: readonly string[], entries: GoMap, inline: boolean): void {
    const plain: string[] = [];
    const tables: string[] = [];
    for (const [name, value] of entries) {
      const kind = kindOf(value);
      (kind === 'table' || kind === 'tables' ? tables : plain).push(name);
    }
    const write = (names: string[], more: boolean): void => {
      names.sort(compareStrings);
      for (const [i, name] of names.entries()) {
        const value = entries.get(name) ?? null;
        if (kindOf(value) === 'nil') continue;
        if (!inline) {
          this.encode([...key, name], value);
          continue;
        }
        this.pair([name], value, true);
        // A comma may be left over where the last entries are nil; upstream writes it too.
        if (more || i !== names.length - 1) this.parts.push(', ');
      }
    };
    if (inline) this.parts.push('{');
    write(plain, tables.length > 0);
    write(tables, false);
    if (inline) this.parts.push('}');
  }

  private pair(key: readonly string[], value: Value, inline: boolean): void {
    const last = key.at(-1);
    if (last !== undefined) this.parts.push(`${indent.repeat(key.length - 1)}${keyText(last)} = `);
    this.element(value, 0);
    if (last !== undefined && !inline) this.newline();
  }

  private element(value: Value, depth: number): void {
    if (depth > depthMax) throw new GoError('toml: the value contains itself');
    if (value === null)
      throw new GoError('reflect: call of reflect.Value.Interface on zero Value', { panic: true });
    if (Array.isArray(value)) {
      this.parts.push('[');
      for (const [i, item] of value.entries()) {
        if (i > 0) this.parts.push(', ');
        this.element(item, depth + 1);
      }
      this.parts.push(']');
    } else if (value instanceof Map || (value instanceof GoObject && kindOf(value) === 'table'))
      this.entries([], entriesOf(value), true);
    else this.parts.push(scalar(value));
  }

  private newline(): void {
    if (this.parts.length > 0) this.parts.push('\n');
  }
}

function kindOf(value: Value): Kind {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return isNilList(value) ? 'nil' : kindOfList(value);
  if (value instanceof Map) return 'table';
  if (!(value instanceof GoObject) || value instanceof GoTime) return 'scalar';
  return plainOf(value) instanceof Map ? 'table' : 'scalar';
}

function kindOfList(items: readonly Value[]): Kind {
  let isTables = items.length > 0;
  for (const item of items) {
    const kind = kindOf(item);
    if (kind === 'nil') throw new GoError('toml: cannot encode array with nil element');
    isTables &&= kind === 'table';
  }
  return isTables ? 'tables' : 'array';
}

function plainOf(value: GoObject): Value {
  return value.asMap?.() ?? value.asJson?.() ?? new Map<string, Value>();
}

function entriesOf(value: Value): GoMap {
  const plain = value instanceof GoObject ? plainOf(value) : value;
  return plain instanceof Map ? plain : new Map();
}

function scalar(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return float(value);
  if (value instanceof GoInt)
    return value.kind === 'duration' ? quote(formatDuration(value.n)) : value.n.toString();
  if (value instanceof Uint8Array) return `[${value.join(', ')}]`;
  if (value instanceof GoTime) return value.format('2006-01-02T15:04:05.999999999Z07:00');
  return value instanceof GoObject ? quote(value.print()) : '';
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const digits = printFloat(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

function keyText(key: string): string {
  return bareKey.test(key) ? key : quote(key);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function quote(text: string): string {
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    return escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
