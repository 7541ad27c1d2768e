import type { Offset } from './ast.ts';

/** A mistake in an expression. */
export interface Issue {
  readonly at: Offset;
  readonly message: string;
}

/** Prints mistakes the way cel-go does, with the line they are in and a mark below it. */
export function formatIssues(source: string, issues: readonly Issue[]): string {
  return issues
    .map((issue) => ({ issue, place: placeOf(source, issue.at) }))
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .map(({ issue, place }) => {
      // An empty expression ends before its first column.
      const column = source === '' ? 0 : place.column + 1;
      const head = `ERROR: <input>:${place.line}:${column}: ${issue.message}`;
      return `${head}\n | ${place.text}\n | ${mark(place.text, place.column)}`;
    })
    .join('\n');
}

function placeOf(
  source: string,
  at: Offset,
): { readonly line: number; readonly column: number; readonly text: string } {
  const before = source.slice(0, at).split('\n');
  const text = (source.split('\n')[before.length - 1] ?? '').replaceAll('\t', ' ');
  return { line: before.length, column: Array.from(before.at(-1) ?? '').length, text };
}

/** The mark keeps to the width of the characters above it. */
function mark(text: string, column: number): string {
  const characters = Array.from(text);
  const dots = characters.slice(0, column).map((one) => (isWide(one) ? '．' : '.'));
  return `${dots.join('')}${isWide(characters[column] ?? '') ? '＾' : '^'}`;
}

const isWide = (character: string): boolean => (character.codePointAt(0) ?? 0) > 127;

/** What an expression cannot be because of how it is written. */
export class SyntaxIssue extends Error {
  readonly at: Offset;
  constructor(at: Offset, message: string) {
    super(message);
    this.name = 'SyntaxIssue';
    this.at = at;
  }
}
