import type { Read, Tree } from '@plumbline/api';
import { filesSuffix, hashOf } from '../hashes.ts';
import { joinPath } from '../paths.ts';

/** Deeper folders come from mistakes. */
const depthMax = 100;

/**
 * Whether there is something in a folder that a pattern matches. `*`, `?` and `[...]` stay within a name, `{a,b}` is one
 * of several; with `deep`, `**` stands for any folders below, none included. Notes what was looked at.
 */
export async function hasMatch(
  tree: Tree,
  folder: string,
  pattern: string,
  deep: boolean,
  reads: Read[],
): Promise<boolean> {
  for (const one of deep ? expandBraces(pattern) : [pattern]) {
    const parts = resolve(folder, one);
    if (parts !== undefined && (await find(tree, '', parts, deep, reads, 0))) return true;
  }
  return false;
}

/** The pattern's parts below the root; undefined where it leaves the repository. */
function resolve(folder: string, pattern: string): string[] | undefined {
  const kept: string[] = [];
  for (const part of [...folder.split('/').map(escape), ...pattern.split('/')]) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept;
}

function escape(part: string): string {
  return part.replace(/[*?[\]\\{}]/g, '\\$&');
}

async function find(
  tree: Tree,
  at: string,
  parts: readonly string[],
  deep: boolean,
  reads: Read[],
  depth: number,
): Promise<boolean> {
  const [part, ...rest] = parts;
  if (part === undefined) return true;
  if (depth > depthMax) return false;
  if (!/[*?[\\{]/.test(part)) {
    const path = joinPath(at, part);
    const entry = await tree.stat(path);
    if (entry === undefined || rest.length === 0) {
      reads.push({ path, hash: entry?.hash });
      return entry !== undefined;
    }
    return find(tree, path, rest, deep, reads, depth + 1);
  }
  return deep && part === '**'
    ? findBelow(tree, at, rest, reads, depth)
    : findIn(tree, at, part, rest, deep, reads, depth);
}

async function findIn(
  tree: Tree,
  at: string,
  part: string,
  rest: readonly string[],
  deep: boolean,
  reads: Read[],
  depth: number,
): Promise<boolean> {
  const matches = segmentMatcher(part);
  const entries = (await tree.list(at)) ?? [];
  // New folders may match, too, so only a folder's own hash tells that nothing has changed.
  const path = rest.length === 0 ? at + filesSuffix : at;
  reads.push({ path, hash: await hashOf(tree, path) });
  for (const entry of entries) {
    if (!matches(entry.name)) continue;
    if (await find(tree, joinPath(at, entry.name), rest, deep, reads, depth + 1)) return true;
  }
  return false;
}

async function findBelow(
  tree: Tree,
  at: string,
  rest: readonly string[],
  reads: Read[],
  depth: number,
): Promise<boolean> {
  reads.push({ path: at, hash: await hashOf(tree, at) });
  if (rest.length > 0 && (await find(tree, at, rest, true, reads, depth + 1))) return true;
  for (const entry of (await tree.list(at)) ?? []) {
    if (entry.kind !== 'folder') {
      if (rest.length === 0) return true;
      continue;
    }
    if (await find(tree, joinPath(at, entry.name), ['**', ...rest], true, reads, depth + 1)) return true;
  }
  return false;
}

/** One name against a pattern as Go's `filepath.Match` reads it. A pattern that is none matches nothing. */
function segmentMatcher(pattern: string): (name: string) => boolean {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 2);
      if (end < 0) return () => false;
      const body = pattern.slice(i + 1, end).replace(/[\\[\]]/g, '\\$&');
      source += `[${body}]`;
      i = end;
    } else {
      if (char === '\\') i++;
      source += (char === '\\' ? pattern.charAt(i) : char).replace(/[$()*+.?[\\\]^{|}/-]/, '\\$&');
    }
  }
  try {
    const expression = new RegExp(`^${source}$`, 'u');
    return (name) => expression.test(name);
  } catch {
    return () => false;
  }
}

/** `a{b,c}` as `ab` and `ac`. */
function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', choices = '', after = ''] = match;
  return choices.split(',').flatMap((choice) => expandBraces(before + choice + after));
}
