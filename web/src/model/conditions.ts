import type { ApplicationCondition } from '@plumbline/api';
import { isError } from './application-row.ts';
import type { Tone } from './status.ts';

/** A piece of a message: plain words, or a place in a file that is worth showing as one. */
export interface MessagePart {
  readonly type: 'text' | 'place';
  readonly text: string;
}

const place =
  /(?:[\w@.+-]+\/)*[\w@+-][\w@.+-]*\.(?:ya?ml|json|jsonnet|libsonnet|tpl|toml|txt|lua|env|properties)(?::\d+(?::\d+)?)?/g;

/** Splits a message at the files that it names: `apps/web/deploy.yaml:12:3`. */
export function messageParts(message: string): readonly MessagePart[] {
  const parts: MessagePart[] = [];
  let at = 0;
  for (const match of message.matchAll(place)) {
    if (match.index > at) parts.push({ type: 'text', text: message.slice(at, match.index) });
    parts.push({ type: 'place', text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < message.length) parts.push({ type: 'text', text: message.slice(at) });
  return parts;
}

export function conditionTone(condition: ApplicationCondition): Tone {
  if (isError(condition.type)) return 'bad';
  return condition.type.endsWith('Warning') ? 'warn' : 'idle';
}

/** A type as words: `ComparisonError` becomes `Comparison error`. */
export function conditionTitle(type: string): string {
  const words = type.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
