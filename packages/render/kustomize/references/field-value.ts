import { isRecord } from '@plumbline/base';

/**
 * The value at a path of names between dots, as variables name it: `spec.ports[0].port`; a dot in brackets or behind a
 * backslash belongs to the name. Undefined: there is none.
 */
export function fieldValue(object: unknown, path: string): unknown {
  let at: unknown = object;
  for (const part of splitParts(path)) {
    if (part === '') continue;
    if (Array.isArray(at))
      at = /^\d+$/.test(part) ? (at as readonly unknown[])[Number(part)] : itemWith(at, part);
    else at = isRecord(at) && Object.hasOwn(at, part) ? at[part] : undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

function splitParts(path: string): string[] {
  const parts: string[] = [];
  for (const part of smartSplit(path)) {
    const indexed = /^(.*)\[(\d+)\]$/.exec(part);
    if (indexed === null) {
      parts.push(part);
      continue;
    }
    if (indexed[1] !== '') parts.push(indexed[1] ?? '');
    parts.push(indexed[2] ?? '');
  }
  return parts;
}

function smartSplit(path: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (let i = 0; i < path.length; i++) {
    const char = path[i] ?? '';
    if (char === '\\' && path[i + 1] === '.') {
      part += '.';
      i++;
    } else if (char === '.' && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      if (char === '[') depth++;
      if (char === ']') depth = Math.max(0, depth - 1);
      part += char;
    }
  }
  parts.push(part);
  // A name in brackets of its own, such as `annotations.[a.b/c]`, is the name.
  return parts.map((one) => (/^\[[^\]=]*\]$/.test(one) && !/^\[\d+\]$/.test(one) ? one.slice(1, -1) : one));
}

function itemWith(items: readonly unknown[], part: string): unknown {
  const condition = /^\[([^=]+)=(.*)\]$/.exec(part);
  if (condition === null) return undefined;
  return items.find((item) => isRecord(item) && String(item[condition[1] ?? '']) === condition[2]);
}
