import { compileRegex } from '@plumbline/languages';

/** Whether a whole name fits; undefined: the pattern is malformed. */
export type NameTest = (name: string) => boolean | undefined;

/**
 * Compiles a pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]`, `\` before what is meant as it is. Its time is linear
 * in the name.
 */
export function compileName(pattern: string): NameTest {
  if (/^[A-Za-z0-9_.-]*$/.test(pattern)) return (name) => name === pattern;
  const source = toSource(pattern);
  const compiled = source === undefined ? undefined : compileRegex(`(?s)^${source}$`);
  if (compiled?.ok !== true) return () => undefined;
  return (name) => compiled.value.test(name);
}

const escapeLiteral = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/u, '\\$&');

function toSource(pattern: string): string | undefined {
  const chars = Array.from(pattern);
  let source = '';
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    // Several stars in a row are as one, which keeps the expression from trying all ways of sharing.
    if (char === '*') {
      if (chars[i - 1] !== '*') source += '[^/]*';
    } else if (char === '?') source += '[^/]';
    else if (char === '\\') {
      i++;
      if (i >= chars.length) return undefined;
      source += escapeLiteral(chars[i] ?? '');
    } else if (char === '[') {
      const end = classEnd(chars, i);
      const inner = end === undefined ? undefined : classSource(chars.slice(i + 1, end));
      if (end === undefined || inner === undefined) return undefined;
      source += inner;
      i = end;
    } else source += escapeLiteral(char);
  }
  return source;
}

function classEnd(chars: readonly string[], open: number): number | undefined {
  const first = chars[open + 1] === '^' ? open + 2 : open + 1;
  for (let i = first; i < chars.length; i++) {
    if (chars[i] === '\\') i++;
    else if (chars[i] === ']' && i > first) return i;
    else if (chars[i] === ']') return undefined;
  }
  return undefined;
}

function classSource(inner: readonly string[]): string | undefined {
  const negated = inner[0] === '^';
  let source = '';
  for (let i = negated ? 1 : 0; i < inner.length; i++) {
    const low = member(inner, i);
    if (low === undefined) return undefined;
    i = low.at;
    source += escapeLiteral(low.char);
    if (inner[i + 1] !== '-') continue;
    const high = member(inner, i + 2);
    if (high === undefined) return undefined;
    i = high.at;
    if (high.char < low.char) source = source.slice(0, source.length - escapeLiteral(low.char).length);
    else source += `-${escapeLiteral(high.char)}`;
  }
  if (source === '') return negated ? '[^/]' : '[^\\x{0}-\\x{10FFFF}]';
  return `[${negated ? '^' : ''}${source}]`;
}

function member(
  inner: readonly string[],
  at: number,
): { readonly char: string; readonly at: number } | undefined {
  const char = inner[at];
  if (char === undefined || char === '-') return undefined;
  if (char !== '\\') return { char, at };
  const escaped = inner[at + 1];
  return escaped === undefined ? undefined : { char: escaped, at: at + 1 };
}
