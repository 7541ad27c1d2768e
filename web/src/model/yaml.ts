/** A piece of a printed line, by what it is; the pages colour it so. */
export interface YamlToken {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'mark' | 'plain';
  readonly text: string;
}

export type YamlLine = readonly YamlToken[];

// Words that YAML 1.1 or 1.2 readers take for something other than a string.
const reserved = /^(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf)$/i;
const numberLike =
  /^[-+]?(?:0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?|\.[0-9][0-9_]*(?:e[-+]?[0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/i;
const dateLike = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/;
const unsafeStart = /^[-?:](?:\s|$)|^[\s&*!|>'"%@`#,[\]{}=<]|^(?:---|\.\.\.)/;
// Control characters, and the two separators that some readers take for line ends.
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/;

function isPlain(text: string): boolean {
  if (text === '' || unsafeStart.test(text) || /\s$/.test(text)) return false;
  if (/: |:$| #|[\n\t]/.test(text) || unprintable.test(text)) return false;
  return !reserved.test(text) && !numberLike.test(text) && !dateLike.test(text);
}

function quote(text: string): string {
  if (!/[\n\t\\]/.test(text) && !unprintable.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A block scalar keeps scripts and config files readable; it cannot hold every text. */
function isBlock(text: string): boolean {
  return (
    text.includes('\n') &&
    !unprintable.test(text) &&
    /\S/.test(text) &&
    !/^[\s]/.test(text) &&
    !text.includes('\r')
  );
}

function chomping(text: string): string {
  if (!text.endsWith('\n')) return '-';
  return text.endsWith('\n\n') ? '+' : '';
}

const token = (kind: YamlToken['kind'], text: string): YamlToken => ({ kind, text });

function scalar(value: unknown): YamlToken {
  if (typeof value === 'string') return token('string', isPlain(value) ? value : quote(value));
  if (typeof value === 'number') return token('number', String(value));
  return token('word', typeof value === 'boolean' ? String(value) : 'null');
}

class Printer {
  readonly lines: YamlToken[][] = [];

  /** Writes a value that belongs behind what the current line holds (`key:` or `-`). */
  value(value: unknown, line: YamlToken[], depth: number, inList: boolean): void {
    if (typeof value === 'string' && isBlock(value)) return this.block(value, line, depth);
    if (Array.isArray(value) && value.length > 0) return this.list(value, inList ? line : undefined, depth);
    if (isMap(value) && Object.keys(value).length > 0)
      return this.map(value, inList ? line : undefined, depth);
    if (!inList) line.push(token('plain', ' '));
    line.push(
      Array.isArray(value) ? token('mark', '[]') : isMap(value) ? token('mark', '{}') : scalar(value),
    );
  }

  map(value: Readonly<Record<string, unknown>>, first: YamlToken[] | undefined, depth: number): void {
    let line = first;
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      line ??= this.line(depth);
      line.push(token('key', isPlain(key) ? key : quote(key)), token('mark', ':'));
      // Lists stand at the depth of their key, as kubectl prints them.
      this.value(item, line, Array.isArray(item) ? depth : depth + 1, false);
      line = undefined;
    }
  }

  list(value: readonly unknown[], first: YamlToken[] | undefined, depth: number): void {
    let line = first;
    for (const item of value) {
      line ??= this.line(depth);
      line.push(token('mark', '- '));
      this.value(item, line, depth + 1, true);
      line = undefined;
    }
  }

  block(text: string, line: YamlToken[], depth: number): void {
    line.push(token('mark', `${line.at(-1)?.text === '- ' ? '' : ' '}|${chomping(text)}`));
    const body = text.endsWith('\n') ? text.slice(0, -1) : text;
    for (const part of body.split('\n')) {
      this.lines.push(
        part === '' ? [] : [token('plain', '  '.repeat(Math.max(1, depth))), token('string', part)],
      );
    }
  }

  line(depth: number): YamlToken[] {
    const line: YamlToken[] = depth === 0 ? [] : [token('plain', '  '.repeat(depth))];
    this.lines.push(line);
    return line;
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Prints plain data as YAML, line by line and in pieces that know what they are. Never wraps a line. */
export function yamlLines(value: unknown): readonly YamlLine[] {
  const printer = new Printer();
  if (isMap(value) && Object.keys(value).length > 0) printer.map(value, undefined, 0);
  else if (Array.isArray(value) && value.length > 0) printer.list(value, undefined, 0);
  else printer.value(value, printer.line(0), 0, true);
  return printer.lines;
}

export function lineText(line: YamlLine): string {
  return line.map(({ text }) => text).join('');
}

/** Plain data as YAML text, as kubectl would print it. */
export function toYaml(value: unknown): string {
  return `${yamlLines(value).map(lineText).join('\n')}\n`;
}
