import { err, ok, problem, type Result } from '@plumbline/base';
import { has, isMap, put, type Fresh } from './values.ts';

/** Reads `/spec/containers/0` (RFC 6901) into its tokens; '' is the whole document. */
export function parsePointer(pointer: string): Result<readonly string[]> {
  if (pointer === '') return ok([]);
  if (!pointer.startsWith('/')) {
    return err(
      problem(
        'json-pointer-malformed',
        `JSON pointer must be empty or start with "/": ${JSON.stringify(pointer)}`,
      ),
    );
  }
  const tokens = pointer.slice(1).split('/');
  return ok(
    tokens.map((token) => (token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token)),
  );
}

/** The value at the place, or undefined where there is none. */
export function pointerGet(doc: unknown, tokens: readonly string[]): unknown {
  let at = doc;
  for (const token of tokens) {
    if (Array.isArray(at)) {
      const index = arrayIndex(token);
      if (index === undefined) return undefined;
      at = at[index];
    } else if (isMap(at) && has(at, token)) {
      at = at[token];
    } else {
      return undefined;
    }
  }
  return at;
}

/** The document without the place; the same document where the place does not exist. Only the way to it is copied. */
export function pointerRemove(doc: unknown, tokens: readonly string[], depth = 0): unknown {
  const token = tokens[depth];
  if (token === undefined) return undefined;
  const last = depth === tokens.length - 1;
  if (Array.isArray(doc)) {
    const index = arrayIndex(token);
    if (index === undefined || index >= doc.length) return doc;
    if (last) return doc.toSpliced(index, 1);
    const inner = pointerRemove(doc[index], tokens, depth + 1);
    return inner === doc[index] ? doc : doc.with(index, inner);
  }
  if (!isMap(doc) || !has(doc, token)) return doc;
  if (last) {
    const copy: Fresh = { ...doc };
    delete copy[token];
    return copy;
  }
  const inner = pointerRemove(doc[token], tokens, depth + 1);
  if (inner === doc[token]) return doc;
  const copy: Fresh = { ...doc };
  put(copy, token, inner);
  return copy;
}

function arrayIndex(token: string): number | undefined {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(token) ? Number(token) : undefined;
}
