import { GoError, TemplateError } from '@plumbline/languages';
import type { HelmProfile } from './chart/types.ts';
import { unmarked } from './context.ts';

/** The templates nest deeper than the stack of this thread bears. */
export class TooDeepError extends GoError {}

/** What a template that cannot be read is said to be. */
export function parseErrorText(file: string, message: string): string {
  const tokens = message.split(': ');
  if (tokens.length === 1) return `parse error in (${file}): ${message}`;
  // "template", then the place, then a chain whose end says what is wrong.
  return `parse error at (${tokens[1]}): ${tokens.at(-1)}`;
}

/** What a template that failed is said to be: one line in Helm 3, the chain of calls in Helm 4. */
export function executionErrorText(file: string, error: TemplateError, profile: HelmProfile): string {
  const tokens = splitFirst(error.message, ': ', 3);
  if (tokens.length !== 3) return `execution error in (${file}): ${error.message}`;
  const said = unmarked(tokens[2] ?? '');
  if (said !== undefined) return `execution error at (${tokens[1]}): ${said}`;
  return profile === 3 ? error.message : trace(error);
}

function splitFirst(text: string, separator: string, count: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (parts.length < count - 1) {
    const at = rest.indexOf(separator);
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + separator.length);
  }
  return [...parts, rest];
}

/** Each call of the chain on lines of its own; a link that is no template's error leaves everything on one line. */
function trace(error: TemplateError): string {
  const links: string[] = [];
  let current: TemplateError | GoError | undefined = error;
  while (current !== undefined) {
    const link = traceLink(current.message);
    if (link === undefined) return error.message;
    if (links.at(-1) !== link) links.push(link);
    current = current instanceof TemplateError ? current.cause : undefined;
  }
  return links.join('').trim();
}

const prefix = 'template: ';

function traceLink(message: string): string | undefined {
  if (!message.startsWith(prefix)) return undefined;
  const rest = message.slice(prefix.length);
  if (rest.startsWith('no template ')) return `${message}\n`;
  return executingLink(rest) ?? simpleLink(rest);
}

function executingLink(rest: string): string | undefined {
  const at = rest.indexOf(': executing "');
  if (at < 0) return undefined;
  const after = rest.slice(at + ': executing "'.length);
  const end = after.indexOf('"');
  if (end < 0 || !after.startsWith(' at <', end + 1)) return undefined;
  const behind = after.slice(end + 1 + ' at <'.length);
  const close = behind.indexOf('>: ');
  if (close < 0) return undefined;
  return `${rest.slice(0, at)}\n  executing "${after.slice(0, end)}" at <${behind.slice(0, close)}>:\n    ${upToNext(behind.slice(close + 3))}\n`;
}

function simpleLink(rest: string): string | undefined {
  const at = rest.lastIndexOf(': ');
  return at < 0 ? undefined : `${rest.slice(0, at)}\n  ${upToNext(rest.slice(at + 2))}\n`;
}

function upToNext(message: string): string {
  const next = message.indexOf(' template:');
  return next < 0 ? message : message.slice(0, next);
}
