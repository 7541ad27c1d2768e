/**
 * Go's `path.Match`: `*` and `?` stop at a slash, `[a-z]` and `[^a]` are classes, a backslash takes the next character
 * as it is. undefined: the pattern is malformed (as far as it had to be looked at).
 */
export function matchPath(pattern: string, name: string): boolean | undefined {
  let rest = Array.from(pattern);
  let text = Array.from(name);
  while (rest.length > 0) {
    const { star, chunk, after } = nextChunk(rest);
    rest = after;
    if (star && chunk.length === 0) return !text.includes('/');
    const matched = matchChunk(chunk, text);
    if (matched === undefined) return undefined;
    if (matched !== false && (matched.length === 0 || rest.length > 0)) {
      text = matched;
      continue;
    }
    if (star) {
      const found = matchBehindStar(chunk, text, rest.length === 0);
      if (found === undefined) return undefined;
      if (found !== false) {
        text = found;
        continue;
      }
    }
    return isWellFormed(rest) ? false : undefined;
  }
  return text.length === 0;
}

function matchBehindStar(
  chunk: readonly string[],
  text: readonly string[],
  isLast: boolean,
): string[] | false | undefined {
  for (let i = 0; i < text.length && text[i] !== '/'; i++) {
    const matched = matchChunk(chunk, text.slice(i + 1));
    if (matched === undefined) return undefined;
    if (matched === false || (isLast && matched.length > 0)) continue;
    return matched;
  }
  return false;
}

function isWellFormed(rest: readonly string[]): boolean {
  for (let left = [...rest]; left.length > 0;) {
    const { chunk, after } = nextChunk(left);
    if (matchChunk(chunk, []) === undefined) return false;
    left = after;
  }
  return true;
}

function nextChunk(pattern: readonly string[]): {
  readonly star: boolean;
  readonly chunk: string[];
  readonly after: string[];
} {
  let from = 0;
  while (pattern[from] === '*') from++;
  let inClass = false;
  let at = from;
  for (; at < pattern.length; at++) {
    const c = pattern[at];
    if (c === '\\') at++;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '*' && !inClass) break;
  }
  return { star: from > 0, chunk: pattern.slice(from, at), after: pattern.slice(at) };
}

/** What is left of the text behind the chunk; false: no match. */
function matchChunk(chunk: readonly string[], text: readonly string[]): string[] | false | undefined {
  let failed = false;
  let at = 0;
  for (let i = 0; i < chunk.length;) {
    if (!failed && at >= text.length) failed = true;
    const c = chunk[i] ?? '';
    if (c === '[') {
      const found = matchClass(chunk, i + 1, failed ? '' : (text[at] ?? ''));
      if (found === undefined) return undefined;
      i = found.next;
      if (!failed && !found.matches) failed = true;
      at++;
      continue;
    }
    if (c === '?') {
      if (!failed && text[at] === '/') failed = true;
      at++;
      i++;
      continue;
    }
    if (c === '\\' && ++i >= chunk.length) return undefined;
    if (!failed && chunk[i] !== text[at]) failed = true;
    at++;
    i++;
  }
  return failed ? false : text.slice(at);
}

function matchClass(
  chunk: readonly string[],
  from: number,
  rune: string,
): { readonly next: number; readonly matches: boolean } | undefined {
  let i = from;
  const negated = chunk[i] === '^';
  if (negated) i++;
  let matches = false;
  for (let count = 0; ; count++) {
    if (chunk[i] === ']' && count > 0) return { next: i + 1, matches: matches !== negated };
    const low = classRune(chunk, i);
    if (low === undefined) return undefined;
    i = low.next;
    let high = low.rune;
    if (chunk[i] === '-') {
      const end = classRune(chunk, i + 1);
      if (end === undefined) return undefined;
      high = end.rune;
      i = end.next;
    }
    if (low.rune <= rune && rune <= high) matches = true;
  }
}

function classRune(
  chunk: readonly string[],
  at: number,
): { readonly rune: string; readonly next: number } | undefined {
  const c = chunk[at];
  if (c === undefined || c === '-' || c === ']') return undefined;
  const next = c === '\\' ? at + 1 : at;
  const rune = chunk[next];
  // The class has to be closed, so something must follow.
  return rune === undefined || next + 1 >= chunk.length ? undefined : { rune, next: next + 1 };
}
