import { staticError } from '../errors.ts';
import type { Source } from '../source.ts';
import { pointAt } from './tokens.ts';

const rest = /[ \t\r]*/y;
const indentation = /[ \t]*/y;

/** A text block: `|||` (with `-` no line break at its end), then lines that share the indentation of the first. */
export function lexTextBlock(source: Source, from: number): { readonly text: string; readonly end: number } {
  const { text } = source;
  const refuse = (message: string): never => {
    throw staticError(message, pointAt(source, from));
  };
  let at = from + 3;
  const chomp = text.charAt(at) === '-';
  if (chomp) at++;
  at += match(rest, text, at).length;
  if (text.charAt(at) !== '\n') refuse('Text block requires new line after |||.');
  at++;
  let content = '';
  const takeBlankLines = (): void => {
    while (text.charAt(at) === '\n') {
      content += '\n';
      at++;
    }
  };
  takeBlankLines();
  const indent = match(indentation, text, at);
  if (indent === '') refuse("Text block's first line must start with whitespace");
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) refuse('Unexpected EOF');
    content += text.slice(at + indent.length, end + 1);
    at = end + 1;
    takeBlankLines();
    if (!text.startsWith(indent, at)) break;
  }
  at += match(indentation, text, at).length;
  if (!text.startsWith('|||', at)) refuse('Text block not terminated with |||');
  return { text: chomp ? content.slice(0, -1) : content, end: at + 3 };
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
