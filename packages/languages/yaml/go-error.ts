import { upstreamCause } from './causes.ts';

/** Where the parser below us stopped: lines from 0. */
export interface Stop {
  readonly reason: string;
  readonly line: number;
  readonly position: number;
}

/** Which part of libyaml finds a mistake; each counts lines in its own way. */
type Finder = 'reader' | 'scanner' | 'parser' | 'composer';

interface Finding {
  readonly by: Finder;
  readonly cause: string;
  /** From 0; that of the stop where nothing is said. */
  readonly line?: number;
}

/**
 * A mistake as goyaml v2 tells it: `yaml: line 3: did not find expected key`. The parser names the line before, the
 * scanner the right one, and neither names the first.
 */
export function goErrorText(text: string, stop: Stop): string {
  const finding = find(text, stop);
  const line = finding.line ?? stop.line;
  if (finding.by === 'reader' || finding.by === 'composer' || line === 0) return `yaml: ${finding.cause}`;
  return `yaml: line ${finding.by === 'scanner' ? line + 1 : line}: ${finding.cause}`;
}

const scannerCauses =
  /^mapping values|^found |^could not find|^block sequence|hexdecimal|comment or line break/;
const composerCauses = /^unknown anchor|contains itself|^map merge/;

function find(text: string, stop: Stop): Finding {
  const { reason, position } = stop;
  const at = text.charAt(position);
  if (/non-printable|null byte/.test(reason)) {
    return { by: 'reader', cause: 'control characters are not allowed' };
  }
  if (reason.startsWith('cannot merge mappings')) {
    return { by: 'composer', cause: 'map merge requires map or sequence of maps as the value' };
  }
  if (reason.startsWith('a line break is expected')) {
    return { by: 'scanner', cause: 'did not find expected comment or line break' };
  }
  if (reason.startsWith('bad explicit indentation width')) {
    return { by: 'scanner', cause: 'found an indentation indicator equal to 0' };
  }
  if (/^name of an (?:anchor|alias) node/.test(reason)) {
    return { by: 'scanner', cause: 'did not find expected alphabetic or numeric character' };
  }
  if (/flow collection/.test(reason)) return inFlow(text, stop);
  if (reason.startsWith('tab characters')) return tab(text, stop);
  if (reason.startsWith('end of the stream or a document separator')) return behindRoot(text, stop);
  if (/^bad indentation of a (?:mapping|sequence) entry/.test(reason)) {
    const isFirst = text.slice(text.lastIndexOf('\n', position - 1) + 1, position).trim() === '';
    const special = isFirst ? undefined : startOfNode(at, text.charAt(position + 1));
    if (special !== undefined) return special;
    if (reason.includes('mapping') && isBareKey(text, position)) return withoutColon(text, position);
  }
  const cause = upstreamCause(reason, at);
  if (cause.startsWith('could not find expected')) {
    return { by: 'scanner', cause, line: behindBareKey(text, stop.line) };
  }
  if (cause === 'found unexpected end of stream') {
    return { by: 'scanner', cause, line: text.split('\n').length - 1 };
  }
  return {
    by: composerCauses.test(cause) ? 'composer' : scannerCauses.test(cause) ? 'scanner' : 'parser',
    cause,
  };
}

/** What libyaml says of characters that cannot stand where a value begins. */
function startOfNode(at: string, next: string): Finding | undefined {
  if (at === '@' || at === '`' || at === '%') {
    return { by: 'scanner', cause: 'found character that cannot start any token' };
  }
  if (at === ']' || at === '}' || at === ',')
    return { by: 'parser', cause: 'did not find expected node content' };
  if (at === '-' && /[\s]|^$/.test(next)) {
    return { by: 'scanner', cause: 'block sequence entries are not allowed in this context' };
  }
  return undefined;
}

/** The end of the text stands on a line of its own for libyaml. */
function endLine(text: string): number {
  const breaks = text.split('\n').length - 1;
  return text.endsWith('\n') || text === '' ? breaks : breaks + 1;
}

function inFlow(text: string, stop: Stop): Finding {
  const isEnd = stop.reason.startsWith('unexpected end');
  const before = text.slice(0, isEnd ? text.length : stop.position);
  const wantsNode = /[[{,][ \t\r\n]*$/.test(before) && isEnd;
  const cause = wantsNode
    ? 'did not find expected node content'
    : `did not find expected ',' or '${innermost(before) === '[' ? ']' : '}'}'`;
  return isEnd ? { by: 'parser', cause, line: endLine(text) } : { by: 'parser', cause };
}

/** The bracket that is open at the end of a text; what stands in quotes does not count. */
function innermost(text: string): string {
  const open: string[] = [];
  let quote = '';
  for (const c of text) {
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[' || c === '{') open.push(c);
    else if (c === ']' || c === '}') open.pop();
  }
  return open.at(-1) ?? '{';
}

function tab(text: string, stop: Stop): Finding {
  const lines = text.split('\n').slice(0, stop.line);
  const before = lines.findLast((line) => line.trim() !== '') ?? '';
  const inBlock = lines.some((line) => /[:-] *[|>][-+0-9]*\s*(?:#.*)?$/.test(line));
  if (inBlock && !/^\S+:\s+[^|>\s]/.test(before)) {
    return { by: 'scanner', cause: 'found a tab character where an indentation space is expected' };
  }
  const cause = /[^:\s-]\s*$/.test(before)
    ? 'found a tab character that violates indentation'
    : 'found character that cannot start any token';
  return { by: 'scanner', cause };
}

/** Something follows the only thing that a document may hold. */
function behindRoot(text: string, stop: Stop): Finding {
  const root = text
    .slice(0, stop.position)
    .split('\n')
    .find((line) => /^[^\s#%]/.test(line) && !line.startsWith('---'));
  const line = text.slice(stop.position).split('\n', 1)[0] ?? '';
  const hasKey = /:(?:\s|$)/.test(line);
  if (root === undefined) return { by: 'parser', cause: 'did not find expected <document start>' };
  if (root.startsWith('- ')) {
    if (!hasKey) return withoutColon(text, stop.position);
    return { by: 'parser', cause: "did not find expected '-' indicator" };
  }
  if (/:(?:\s|$)/.test(root)) return { by: 'parser', cause: 'did not find expected key' };
  if (hasKey) return { by: 'scanner', cause: 'mapping values are not allowed in this context' };
  return { by: 'parser', cause: 'did not find expected <document start>' };
}

/** A line that begins where keys of the block around it stand, and holds none. */
function isBareKey(text: string, position: number): boolean {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  const lead = text.slice(start, position);
  if (lead.trim() !== '' || start === 0) return false;
  const line = text.slice(position).split('\n', 1)[0] ?? '';
  if (/:(?:\s|$)/.test(line)) return false;
  return text
    .slice(0, start)
    .split('\n')
    .some((other) => other.trim() !== '' && (/^ */.exec(other)?.[0].length ?? 0) === lead.length);
}

/** The missing colon is noticed at the next thing that comes, or at the end. */
function withoutColon(text: string, position: number): Finding {
  const cause = "could not find expected ':'";
  const lineEnd = text.indexOf('\n', position);
  const rest = lineEnd < 0 ? '' : text.slice(lineEnd + 1);
  const next = rest.split('\n').findIndex((line) => /^\s*[^\s#]/.test(line));
  const line = text.slice(0, position).split('\n').length - 1;
  return { by: 'scanner', cause, line: next < 0 ? endLine(text) : line + 1 + next };
}

/**
 * The line on which libyaml notices that a key above has no colon: the next that begins no deeper. The parser below us
 * may have taken several such lines for one key before it stops.
 */
function behindBareKey(text: string, stopLine: number): number {
  const hasColon = /:(?:\s|$)/;
  const lines = text.split('\n');
  const isNothing = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);
  const bare: number[] = [];
  for (let at = Math.min(stopLine, lines.length - 1); at >= 0; at--) {
    const line = lines[at] ?? '';
    if (isNothing(line)) continue;
    if (!hasColon.test(line)) bare.push(at);
    else if (at < stopLine) break;
  }
  const indent = (at: number): number => /^ */.exec(lines[at] ?? '')?.[0].length ?? 0;
  const [last] = bare;
  if (last === undefined) return stopLine;
  const key = bare.findLast((at) => indent(at) === indent(last)) ?? last;
  // A comment ends a text that goes on over several lines, and so does a colon; behind a text of one line comments are skipped.
  const isComment = /(?:^|\s)#/;
  const skipsComments = isComment.test(lines[key] ?? '');
  const next = lines.findIndex((line, at) => {
    if (at <= key || line.trim() === '') return false;
    return skipsComments
      ? !isNothing(line)
      : isComment.test(line) || hasColon.test(line) || indent(at) <= indent(key);
  });
  return next < 0 ? endLine(text) : next;
}
