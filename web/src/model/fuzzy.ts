/** Where a search matched: a score (more is better) and the positions to highlight. */
export interface FuzzyMatch {
  readonly score: number;
  readonly positions: readonly number[];
}

const boundary = /[-_./:\s]/;

/** Points for one matched letter: runs and beginnings of words are what people type. */
function points(text: string, at: number, previous: number): number {
  if (at === previous + 1) return 8;
  if (at === 0 || boundary.test(text[at - 1] ?? '')) return 6;
  return 1;
}

function exact(text: string, term: string): FuzzyMatch | undefined {
  const at = text.indexOf(term);
  if (at < 0) return undefined;
  const start = at === 0 || boundary.test(text[at - 1] ?? '') ? 20 : 0;
  const positions = Array.from({ length: term.length }, (_, index) => at + index);
  return { score: term.length * 8 + start + 10 - Math.min(10, at / 4), positions };
}

function scattered(text: string, term: string): FuzzyMatch | undefined {
  const positions: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of term) {
    const at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    score += points(text, at, positions.at(-1) ?? -2);
    positions.push(at);
    from = at + 1;
  }
  const spread = (positions.at(-1) ?? 0) - (positions[0] ?? 0) - term.length;
  return spread > term.length * 4 ? undefined : { score: score - spread / 4, positions };
}

/** Matches every word of the search somewhere in the text: in one piece if possible, else letter by letter in order. */
export function fuzzyMatch(text: string, search: string): FuzzyMatch | undefined {
  const lower = text.toLowerCase();
  const positions = new Set<number>();
  let score = 0;
  for (const term of search.toLowerCase().split(/\s+/)) {
    if (term === '') continue;
    const match = exact(lower, term) ?? scattered(lower, term);
    if (match === undefined) return undefined;
    score += match.score;
    for (const at of match.positions) positions.add(at);
  }
  return { score, positions: [...positions].sort((a, b) => a - b) };
}
