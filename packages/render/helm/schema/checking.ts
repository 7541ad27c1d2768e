import { isRecord } from '@plumbline/base';
import type { Value } from '@plumbline/languages';
import type { LocatedSchema, SchemaDocument } from './document.ts';
import type { Violation } from './words.ts';

/** How texts are compared with patterns: by RE2. Undefined: the pattern is none. */
export type PatternMatcher = (pattern: string, text: string) => boolean | undefined;

/** What a check carries along. */
export interface Checking {
  readonly document: SchemaDocument;
  readonly matches: PatternMatcher;
  /** Applies a schema to a value; at most one violation comes out: several stand in a bracket. */
  readonly check: (checking: Checking, schema: LocatedSchema, value: Value, at: readonly string[]) => Verdict;
  /** The schemas that are being applied to the same value, to notice circles. */
  readonly depth: number;
}

/** What a schema said about a value: the violations, and which members it looked at. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly seen: Seen;
}

/** The members and items that some keyword has looked at, for `unevaluated...`. */
export interface Seen {
  readonly keys: Set<string>;
  items: number;
  readonly more: Set<number>;
}

/** The members of an object-valued keyword. */
export function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : [];
}
