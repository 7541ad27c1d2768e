/**
 * Finds members that a JSON text names twice, which JSON.parse cannot tell. The text is known to be valid JSON. Paths
 * are as upstream writes them: `spec.ports[0].name`. `parsed`: the text's value, where it is known already.
 */
export function duplicateMembers(text: string, parsed: unknown = JSON.parse(text)): readonly string[] {
  // Most texts have none: counting the members first is several times cheaper than keeping their names.
  return countMembers(text) === countParsed(parsed) ? [] : collect(text);
}

function countMembers(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0;) {
    const end = endOfString(text, at);
    let next = end;
    while (text.charCodeAt(next) <= 0x20) next++;
    if (text.charCodeAt(next) === 0x3a) count++;
    at = text.indexOf('"', end);
  }
  return count;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function countParsed(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countParsed(item);
    return count;
  }
  for (const member of Object.values(value)) count += 1 + countParsed(member);
  return count;
}

interface Level {
  readonly path: string;
  readonly names: Set<string> | undefined;
  index: number;
  member: string;
}

function collect(text: string): readonly string[] {
  const found: string[] = [];
  const levels: Level[] = [{ path: '', names: undefined, index: 0, member: '' }];
  const here = (): string => {
    const level = levels.at(-1)!;
    if (level.names === undefined) return levels.length === 1 ? '' : `${level.path}[${level.index}]`;
    return level.path === '' ? level.member : `${level.path}.${level.member}`;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text[at];
    const level = levels.at(-1)!;
    if (code === '{') levels.push({ path: here(), names: new Set(), index: 0, member: '' });
    else if (code === '[') levels.push({ path: here(), names: undefined, index: 0, member: '' });
    else if (code === '}' || code === ']') levels.pop();
    else if (code === ',') level.index++;
    else if (code === '"') {
      const end = endOfString(text, at);
      let next = end;
      while (text.charCodeAt(next) <= 0x20) next++;
      if (text[next] === ':' && level.names !== undefined) {
        level.member = JSON.parse(text.slice(at, end)) as string;
        if (level.names.has(level.member)) found.push(here());
        level.names.add(level.member);
      }
      at = end - 1;
    }
  }
  return [...new Set(found)];
}
