/**
 * Splits a path. A backslash before the delimiter makes it part of a name; a path may start with the delimiter.
 */
export function splitPath(path: string, delimiter = '/'): string[] {
  // Asked for all the time, nearly always of a path without any of that.
  if (!path.startsWith(delimiter) && !path.includes('\\')) return path.split(delimiter);
  const [first = '', ...rest] = path.split(delimiter);
  const parts = first === '' && rest.length > 0 ? [rest.shift() ?? ''] : [first];
  for (const part of rest) {
    const last = parts.length - 1;
    const before = parts[last] ?? '';
    if (before.endsWith('\\')) parts[last] = before.slice(0, -1) + delimiter + part;
    else parts.push(part);
  }
  return parts;
}

/**
 * Splits the path of a replacement: `spec.containers.[name=x].image`, `metadata.annotations.[a.b/c]`, `a\.b.c`, `list.0`,
 * `list.*.x`. Brackets around a key are taken off, those around a condition stay.
 */
export function parseFieldPath(path: string): string[] {
  const split = splitPath(path, '.');
  const parts: string[] = [];
  for (let i = 0; i < split.length; i++) {
    const part = split[i] ?? '';
    if (!part.startsWith('[') || part.endsWith(']')) {
      parts.push(part);
      continue;
    }
    const bracketed = [part];
    while (i < split.length - 1) {
      i++;
      bracketed.push(split[i] ?? '');
      if (split[i]?.endsWith(']') === true) break;
    }
    const text = bracketed.join('.');
    parts.push(text.includes('=') ? text : text.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return parts;
}

/** `[name=x]` or `[=value]`: the items of a list that fit. */
export function isListCondition(part: string): boolean {
  return part.startsWith('[') && part.endsWith(']');
}

/** The index that a part names as Go's `Atoi` reads it; undefined: it is no number. */
export function indexOf(part: string): number | undefined {
  return /^[-+]?\d{1,15}$/.test(part) ? Number(part) : undefined;
}

/** The field and the text of a condition; undefined: it has no `=`. */
export function splitCondition(part: string): { readonly field: string; readonly text: string } | undefined {
  const inner = part.replace(/^\[/, '').replace(/\]$/, '');
  const equals = inner.indexOf('=');
  return equals < 0 ? undefined : { field: inner.slice(0, equals), text: inner.slice(equals + 1) };
}

export const conditionNeeded = 'list path element must contain fieldName=fieldValue for element to match';
