import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { RE2JS } from 're2js';
import { expandTemplate } from './expand.ts';

/** A regular expression of Go's package regexp: RE2 syntax, time linear in the text. */
export interface GoRegex {
  readonly source: string;
  /** How many groups there are, and the names of those that have one, by number. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
  /** Whether there is a match anywhere. */
  test(text: string): boolean;
  /** The leftmost match and its groups; a group that took no part is undefined. */
  match(text: string): readonly (string | undefined)[] | undefined;
  /** The leftmost match, or an empty text (FindString). */
  find(text: string): string;
  /** At most `count` matches, all when it is negative (FindAllString). */
  findAll(text: string, count: number): string[];
  /** The matches replaced by a template in which `$1`, `${1}` and `${name}` stand for groups (ReplaceAllString). */
  replaceAll(text: string, template: string): string;
  replaceAllLiteral(text: string, by: string): string;
  /** The parts between matches, at most `count` when it is positive (Split). */
  split(text: string, count: number): string[];
}

/** Begin and end of a match and of its groups, in pairs; -1 for a group that took no part. */
type Span = readonly number[];

/** Compiles a pattern as regexp.Compile does; what is wrong with it is said in Go's words. */
export function compileRegex(source: string): Result<GoRegex> {
  try {
    return ok(goRegex(source, compileAllowingTwins(source)));
  } catch (thrown) {
    return err(problem('regex-syntax', errorText(thrown)));
  }
}

/** Go lets two groups have one name; the later ones are given others here. */
function compileAllowingTwins(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (thrown) {
    if (!messageOf(thrown).includes('duplicate capture group name')) throw thrown;
    const seen = new Map<string, number>();
    return RE2JS.compile(
      source.replace(
        /(\\.)|\(\?P?<(\w+)>/g,
        (whole, escaped: string | undefined, name: string | undefined) => {
          if (escaped !== undefined || name === undefined) return whole;
          const times = (seen.get(name) ?? 0) + 1;
          seen.set(name, times);
          return times === 1 ? whole : `(?P<${name}_${times}_twin>`;
        },
      ),
    );
  }
}

/** Compiles a pattern that has to match whole texts. */
export function compileWholeRegex(source: string): Result<GoRegex> {
  return compileRegex(`^(?:${source})$`);
}

/** Compiles each pattern once; forgets all when there are too many. */
export function regexCache(sizeMax = 500): (source: string) => Result<GoRegex> {
  const known = new Map<string, Result<GoRegex>>();
  return (source) => {
    const found = known.get(source);
    if (found !== undefined) return found;
    if (known.size >= sizeMax) known.clear();
    const compiled = compileRegex(source);
    known.set(source, compiled);
    return compiled;
  };
}

/** A pattern that matches exactly this text (QuoteMeta). */
export function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

function errorText(thrown: unknown): string {
  const message = messageOf(thrown);
  // Go names what it was looking at even when nothing is left.
  return message.endsWith('trailing backslash at end of expression') ? `${message}: \`\`` : message;
}

function goRegex(source: string, compiled: RE2JS): GoRegex {
  const groups = compiled.groupCount();
  const names = new Map(Object.entries(compiled.namedGroups()));

  function* spans(text: string): Generator<Span> {
    const matcher = compiled.matcher(text);
    for (let at = 0; at <= text.length && matcher.find(at);) {
      const span: number[] = [];
      for (let i = 0; i <= groups; i++) span.push(matcher.start(i), matcher.end(i));
      const end = span[1] ?? 0;
      yield span;
      at = end > at ? end : at + runeLength(text, at);
    }
  }

  /** Matches as All functions deliver them: an empty match right behind another one does not count. */
  function all(text: string, count: number): Span[] {
    const result: Span[] = [];
    const limit = count < 0 ? text.length + 1 : count;
    if (limit === 0) return result;
    let previousEnd = -1;
    for (const span of spans(text)) {
      const [start = 0, end = 0] = span;
      if (start !== end || start !== previousEnd) result.push(span);
      previousEnd = end;
      if (result.length >= limit) break;
    }
    return result;
  }

  function replace(text: string, replacement: (span: Span) => string): string {
    const parts: string[] = [];
    let copied = 0;
    for (const span of spans(text)) {
      const [start = 0, end = 0] = span;
      parts.push(text.slice(copied, start));
      if (end > copied || start === 0) parts.push(replacement(span));
      copied = end;
    }
    parts.push(text.slice(copied));
    return parts.join('');
  }

  const groupOf = (text: string, span: Span, group: number): string | undefined => {
    const start = span[2 * group] ?? -1;
    return start < 0 ? undefined : text.slice(start, span[2 * group + 1]);
  };

  return {
    source,
    groups,
    names,
    test: (text) => compiled.test(text),
    match: (text) => {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      return Array.from({ length: groups + 1 }, (_, i) => {
        const start = matcher.start(i);
        return start < 0 ? undefined : text.slice(start, matcher.end(i));
      });
    },
    find: (text) => {
      const matcher = compiled.matcher(text);
      return matcher.find() ? text.slice(matcher.start(), matcher.end()) : '';
    },
    findAll: (text, count) => all(text, count).map((span) => groupOf(text, span, 0) ?? ''),
    replaceAll: (text, template) => {
      if (!template.includes('$')) return replace(text, () => template);
      const expand = expandTemplate(template, names);
      return replace(text, (span) => expand((group) => groupOf(text, span, group)));
    },
    replaceAllLiteral: (text, by) => replace(text, () => by),
    split: (text, count) => {
      if (count === 0) return [];
      if (source !== '' && text === '') return [''];
      return splitAt(text, count, all(text, count));
    },
  };
}

function splitAt(text: string, count: number, matches: readonly Span[]): string[] {
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const [start = 0, stop = 0] of matches) {
    if (count > 0 && parts.length === count - 1) break;
    end = start;
    if (stop !== 0) parts.push(text.slice(begin, end));
    begin = stop;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

function runeLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
