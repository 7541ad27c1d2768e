import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';

/** Says whether a text matches as a whole. */
export type GlobMatcher = (text: string) => boolean;

/** A longer pattern is no pattern that a person wrote; matching costs pattern × text. */
const patternLengthMax = 1_000;
/** Braces multiply; each alternative is matched on its own. */
const alternativesMax = 500;
const special = /[*?[\]{}\\,]/;

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'one' }
  | { readonly type: 'many'; readonly over: boolean }
  | { readonly type: 'set'; readonly not: boolean; readonly ranges: readonly (readonly [string, string])[] };

/**
 * Globs as Argo CD matches them (gobwas/glob): `*` any run, `**` any run even over separators, `?` one character,
 * `[abc]`, `[a-z]`, `[!a]`, `{one,two}`, `\` takes the next character as it is. Without separators `*` crosses `/` too,
 * which is what the include and exclude patterns of directories rely on.
 */
export function compileGlob(pattern: string, separators = ''): Result<GlobMatcher> {
  const refuse = (why: string) =>
    err(problem('glob-invalid', `"${pattern.slice(0, 100)}" is not a valid pattern: ${why}`));
  if (pattern.length > patternLengthMax) return refuse(`it is longer than ${patternLengthMax} characters`);
  const simple = simpleGlob(pattern, separators);
  if (simple !== undefined) return ok(simple);
  const alternatives = expandBraces(pattern);
  if (typeof alternatives === 'string') return refuse(alternatives);
  const compiled: (readonly Token[])[] = [];
  for (const alternative of alternatives) {
    const tokens = tokenize(alternative);
    if (typeof tokens === 'string') return refuse(tokens);
    compiled.push(tokens);
  }
  return ok((text) => compiled.some((tokens) => matches(tokens, text, separators)));
}

/** Names without wildcards and the lone star are most of what is asked; they need no states. */
function simpleGlob(pattern: string, separators: string): GlobMatcher | undefined {
  if (!special.test(pattern)) return (text) => text === pattern;
  if (pattern === '**' || (pattern === '*' && separators === '')) return () => true;
  return undefined;
}

/** Like `compileGlob`, for one use. An invalid pattern matches nothing, as in Argo CD. */
export function matchGlob(pattern: string, text: string, separators = ''): boolean {
  const compiled = compileGlob(pattern, separators);
  return compiled.ok && compiled.value(text);
}

function expandBraces(pattern: string): string[] | string {
  const open = findOpen(pattern);
  if (open < 0) return [pattern];
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '{') depth++;
    else if (c === ',' && depth === 1) {
      parts.push(pattern.slice(from, i));
      from = i + 1;
    } else if (c === '}' && --depth === 0) {
      parts.push(pattern.slice(from, i));
      return multiply(pattern.slice(0, open), parts, pattern.slice(i + 1));
    }
  }
  return 'a { is never closed';
}

function multiply(before: string, parts: readonly string[], after: string): string[] | string {
  const results: string[] = [];
  for (const part of parts) {
    const rest = expandBraces(part + after);
    if (typeof rest === 'string') return rest;
    for (const end of rest) results.push(before + end);
    if (results.length > alternativesMax) return `it has more than ${alternativesMax} alternatives`;
  }
  return results;
}

/** The first `{` that is neither escaped nor in a set. */
function findOpen(pattern: string): number {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === '{') return i;
    else if (pattern[i] === '[') {
      const close = pattern.indexOf(']', i + 1);
      if (close > 0) i = close;
    }
  }
  return -1;
}

function tokenize(pattern: string): Token[] | string {
  const tokens: Token[] = [];
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] ?? '';
    if (c === '\\') {
      const next = chars[++i];
      if (next === undefined) return 'it ends in a backslash';
      tokens.push({ type: 'char', char: next });
    } else if (c === '?') tokens.push({ type: 'one' });
    else if (c === '*') {
      let stars = 1;
      while (chars[i + 1] === '*') stars += Number(chars[++i] === '*');
      tokens.push({ type: 'many', over: stars > 1 });
    } else if (c === '[') {
      const close = chars.indexOf(']', i + 1);
      if (close < 0) return 'a [ is never closed';
      const set = parseSet(chars.slice(i + 1, close));
      if (set === undefined) return 'a [] is empty';
      tokens.push(set);
      i = close;
    } else tokens.push({ type: 'char', char: c });
  }
  return tokens;
}

function parseSet(chars: readonly string[]): Token | undefined {
  const not = chars[0] === '!';
  const body = not ? chars.slice(1) : chars;
  if (body.length === 0) return undefined;
  const ranges: (readonly [string, string])[] = [];
  for (let i = 0; i < body.length; i++) {
    const from = body[i] ?? '';
    if (body[i + 1] === '-' && body[i + 2] !== undefined) {
      ranges.push([from, body[i + 2] ?? '']);
      i += 2;
    } else ranges.push([from, from]);
  }
  return { type: 'set', not, ranges };
}

/** Follows all ways through the pattern at once, so the work is at most pattern × text. */
function matches(tokens: readonly Token[], text: string, separators: string): boolean {
  const chars = Array.from(text);
  let states = new Set([0]);
  closeOver(states, tokens);
  for (const char of chars) {
    const next = new Set<number>();
    for (const at of states) {
      const token = tokens[at];
      if (token === undefined) continue;
      if (token.type === 'many') {
        if (token.over || !separators.includes(char)) next.add(at);
      } else if (accepts(token, char, separators)) next.add(at + 1);
    }
    if (next.size === 0) return false;
    closeOver(next, tokens);
    states = next;
  }
  return states.has(tokens.length);
}

/** A run may be empty: whoever stands before it also stands behind it. */
function closeOver(states: Set<number>, tokens: readonly Token[]): void {
  for (const at of states) if (tokens[at]?.type === 'many') states.add(at + 1);
}

function accepts(token: Token, char: string, separators: string): boolean {
  if (token.type === 'char') return token.char === char;
  if (token.type === 'one') return !separators.includes(char);
  if (token.type === 'set')
    return token.ranges.some(([from, to]) => char >= from && char <= to) !== token.not;
  return false;
}
