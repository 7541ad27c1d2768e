/**
 * Counts the nodes that a value has when every shared node is written out, without writing it out: each shared node is
 * measured once. That is what a reader of the JSON will have to bear (the "billion laughs" attack).
 */
export function measureExpansion(value: unknown, max: number): 'fine' | 'cycle' | 'too-many' | 'bad-key' {
  const known = new Map<object, number>();
  const open = new Set<object>();
  let verdict: 'fine' | 'cycle' | 'too-many' | 'bad-key' = 'fine';
  const measure = (node: unknown): number => {
    if (node === null || typeof node !== 'object' || verdict !== 'fine') return 1;
    const before = known.get(node);
    if (before !== undefined) return before;
    if (open.has(node)) {
      verdict = 'cycle';
      return 1;
    }
    open.add(node);
    let total = 1;
    // The parser turns a mapping used as a key into this text.
    if (!Array.isArray(node) && Object.hasOwn(node, '[object Object]')) verdict = 'bad-key';
    for (const child of Object.values(node)) total += measure(child);
    open.delete(node);
    if (total > max) verdict = 'too-many';
    known.set(node, total);
    return total;
  };
  measure(value);
  return verdict;
}
