import { GoError, readGoJson } from '@plumbline/languages';
import type { Value } from '@plumbline/languages';

/** The JSON value that a text begins with, and how much of the text it takes. Throws `GoError` when there is none. */
export function jsonLength(text: string): { readonly value: Value; readonly length: number } {
  const start = /^\s*/.exec(text)?.[0].length ?? 0;
  const end = endOf(text, start);
  const read = readGoJson(text.slice(0, end));
  if (read === undefined) {
    if (end === start) throw new GoError('unexpected EOF');
    throw new GoError(`invalid character ${quote(text[start] ?? '')} looking for beginning of value`);
  }
  return { value: read.value, length: end };
}

/** Where a value that starts at `start` ends: behind its last bracket or quote, or at what cannot belong to a word. */
function endOf(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    return start + (/^[-+.0-9A-Za-z]*/.exec(text.slice(start))?.[0].length ?? 0);
  }
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = stringEnd(text, i) - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return i + 1;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function quote(c: string): string {
  return `'${c}'`;
}
