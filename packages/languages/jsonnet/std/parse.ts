import { messageOf } from '@plumbline/base';
import { readYaml } from '../../yaml/index.ts';
import { failure } from '../run/machine.ts';
import type { Machine } from '../run/machine.ts';
import { checkNumber, textOf } from '../run/operators.ts';
import type { Value } from '../run/values.ts';
import { arg, strict } from './define.ts';
import type { Library } from './define.ts';
import { objectFrom } from './objects.ts';

/** Plain data as a value of the language. */
export function fromPlain(machine: Machine, data: unknown): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'string' || typeof data === 'boolean') return data;
  if (typeof data === 'number') return checkNumber(machine, data);
  if (typeof data === 'bigint') return Number(data);
  if (Array.isArray(data)) return data.map((item: unknown) => fromPlain(machine, item));
  if (typeof data === 'object')
    return objectFrom(Object.entries(data).map(([name, member]) => [name, fromPlain(machine, member)]));
  throw failure(machine, `Not a json type: ${typeof data}`);
}

function parseJson(machine: Machine, text: string): Value {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (thrown) {
    throw failure(machine, `failed to parse JSON: ${jsonCause(text, messageOf(thrown))}`);
  }
  return fromPlain(machine, data);
}

/** The cause in Go's words, as far as the parser here says which it is. */
function jsonCause(text: string, message: string): string {
  const at = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  const char = /^Unexpected (?:non-whitespace character|token) '(.)'/u.exec(message)?.[1] ?? text.charAt(at);
  if (char === '' || /end of JSON input/.test(message)) return 'unexpected end of JSON input';
  if (/after JSON|non-whitespace/.test(message)) return `invalid character '${char}' after top-level value`;
  return `invalid character '${char}' looking for beginning of value`;
}

/** Documents of a stream; a line that starts with `---` starts one. */
function splitYaml(text: string): { readonly documents: readonly string[]; readonly isStream: boolean } {
  const documents: string[] = [];
  let lines: string[] = [];
  let isStream = false;
  for (const line of text.split('\n')) {
    if (/^---(?:[ \t]|$)/.test(line)) {
      isStream = true;
      if (lines.length > 0) documents.push(lines.join('\n'));
      lines = [];
    }
    lines.push(line);
  }
  const rest = lines.join('\n');
  if (rest !== '') documents.push(rest);
  return { documents, isStream };
}

function parseYaml(machine: Machine, text: string): Value {
  const { documents, isStream } = splitYaml(text.replaceAll('\r\n', '\n'));
  const values = documents.map((document) => {
    const read = readYaml(document, { file: '', duplicateKeys: 'last' });
    if (read.ok) return fromPlain(machine, read.value[0]?.value);
    const line = read.error.documentLine;
    // Go's parser counts from 0 and says nothing of line 0.
    const cause = `${line === undefined || line === 1 ? '' : `line ${line}: `}${read.error.message}`;
    throw failure(machine, `failed to parse YAML: error converting YAML to JSON: yaml: ${cause}`);
  });
  if (values.length === 0) return null;
  return isStream ? values : (values[0] ?? null);
}

/** Reading other languages. */
export const parsing: Library = {
  parseJson: strict('str', (machine, args) => parseJson(machine, textOf(machine, arg(args, 0)))),
  parseYaml: strict('str', (machine, args) => parseYaml(machine, textOf(machine, arg(args, 0)))),
};
