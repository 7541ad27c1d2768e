import type { GoFunction } from '../go/index.ts';
import { fn } from './define.ts';

/** Slash-separated paths; the `os` ones are the same on the systems that matter. */
const baseOf = fn(['string'], 'string', base);
const cleanOf = fn(['string'], 'string', clean);
const dirOf = fn(['string'], 'string', (path) => clean(path.slice(0, path.lastIndexOf('/') + 1)));
const extOf = fn(['string'], 'string', extension);
const isAbsolute = fn(['string'], 'bool', (path) => path.startsWith('/'));

export const pathFunctions: Readonly<Record<string, GoFunction>> = {
  base: baseOf,
  dir: dirOf,
  clean: cleanOf,
  ext: extOf,
  isAbs: isAbsolute,
  osBase: baseOf,
  osDir: dirOf,
  osClean: cleanOf,
  osExt: extOf,
  osIsAbs: isAbsolute,
};

function base(path: string): string {
  if (path === '') return '.';
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** path.Clean: no `.`, no `..` but leading ones, no double slashes. */
function clean(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = parts.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}
