import { isSpace, lowerRune, upperRune } from './text.ts';

/** Cases of identifiers as huandu/xstrings converts them. */
const isConnector = (rune: string): boolean => rune === '-' || rune === '_' || isSpace(rune);
const isUpper = (rune: string): boolean => /^\p{Lu}$/u.test(rune);
const isPunctuation = (rune: string): boolean => /^\p{P}$/u.test(rune);
const isNumber = (rune: string): boolean => /^\p{N}$/u.test(rune);
/** CJK characters have no case and count as other. */
const isAlphabet = (rune: string): boolean =>
  /^\p{L}$/u.test(rune) && !/^[\u4e00-\u9fcc\u3400-\u4d85\u{20000}-\u{2b81d}]$/u.test(rune);

/** `some_words` becomes `SomeWords`; `GOLANG_IS` becomes `GolangIs`; leading connectors stay. */
export function pascalCase(text: string): string {
  const runes = Array.from(text);
  let result = '';
  let at = 0;
  while (at < runes.length && isConnector(runes[at] ?? '')) result += runes[at++] ?? '';
  // Where there is nothing else, upstream writes the last connector twice.
  if (at >= runes.length) return result + (runes.at(-1) ?? '');
  let shouting = isUpper(runes[at] ?? '');
  let previous = upperRune(runes[at] ?? '');
  for (let i = at + 1; i < runes.length; i++) {
    let rune = runes[i] ?? '';
    if (isConnector(rune) && isConnector(previous)) {
      result += previous;
      previous = rune;
      continue;
    }
    if (isConnector(previous)) {
      shouting = isUpper(rune);
      rune = upperRune(rune);
    } else {
      if (shouting && isUpper(rune)) rune = lowerRune(rune);
      else shouting = false;
      result += previous;
    }
    previous = rune;
  }
  return result + previous;
}

export function snakeCase(text: string): string {
  return lowerWords(text, '_');
}

export function kebabCase(text: string): string {
  return lowerWords(text, '-');
}

type WordKind = 'none' | 'number' | 'upper' | 'alphabet' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly runes: readonly string[];
}

const noWord: Word = { kind: 'none', runes: [] };

function lowerWords(text: string, connector: string): string {
  const words = wordsOf(Array.from(text));
  let at = 0;
  const next = (): Word => words[at++] ?? noWord;
  const isLast = (): boolean => at >= words.length;
  const parts: string[] = [];
  const write = (word: Word): void => {
    parts.push(lowered(word, connector));
  };
  /** Writes what follows a number without a connector. */
  const writeRun = (from: Word): Word => {
    let word = from;
    while (word.kind === 'alphabet' || word.kind === 'number') {
      write(word);
      word = next();
    }
    return word;
  };
  const separates = (word: Word): boolean => word.kind !== 'connector' && word.kind !== 'punctuation';

  let word = next();
  while (!isLast()) {
    if (word.kind !== 'connector') write(word);
    const previous = word;
    word = next();
    if (previous.kind === 'number') {
      word = writeRun(word);
      if (word.kind !== 'none' && separates(word)) parts.push(connector);
    } else if (previous.kind === 'connector') write(previous);
    else if (previous.kind !== 'punctuation') {
      if (word.kind !== 'number') {
        if (separates(word)) parts.push(connector);
        continue;
      }
      if (isLast()) break;
      const number = word;
      word = next();
      if (word.kind !== 'alphabet') {
        write(number);
        if (separates(word)) parts.push(connector);
        continue;
      }
      parts.push(connector);
      write(number);
      word = writeRun(word);
      if (word.kind !== 'none' && separates(word)) parts.push(connector);
    }
  }
  write(word);
  return parts.join('');
}

function lowered({ kind, runes }: Word, connector: string): string {
  if (kind !== 'upper' && kind !== 'connector') return runes.join('');
  return runes
    .map((rune) => (isConnector(rune) ? connector : isUpper(rune) ? lowerRune(rune) : rune))
    .join('');
}

function wordsOf(runes: readonly string[]): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < runes.length;) {
    const word = wordAt(runes, at);
    words.push(word);
    at += word.runes.length;
  }
  return words;
}

function wordAt(runes: readonly string[], start: number): Word {
  const first = runes[start] ?? '';
  const take = (kind: WordKind, goesOn: (rune: string) => boolean, from = start + 1): Word => {
    let end = from;
    while (end < runes.length && goesOn(runes[end] ?? '')) end += 1;
    return { kind, runes: runes.slice(start, end) };
  };
  const isSmall = (rune: string): boolean => isAlphabet(rune) && !isUpper(rune);
  if (isConnector(first)) return take('connector', isConnector);
  if (isPunctuation(first)) return take('punctuation', isPunctuation);
  if (isUpper(first)) return upperWord(runes, start, take, isSmall);
  if (isAlphabet(first)) return take('alphabet', isSmall);
  if (isNumber(first)) return take('number', isNumber);
  return take('other', (r) => !isConnector(r) && !isAlphabet(r) && !isNumber(r) && !isPunctuation(r));
}

/** `HTTPServer` begins with the word `HTTP`: the last capital belongs to the small letters behind it. */
function upperWord(
  runes: readonly string[],
  start: number,
  take: (kind: WordKind, goesOn: (rune: string) => boolean) => Word,
  isSmall: (rune: string) => boolean,
): Word {
  const second = runes[start + 1];
  if (second === undefined) return { kind: 'upper', runes: runes.slice(start, start + 1) };
  if (!isUpper(second)) return take('upper', isSmall);
  const capitals = take('upper', isUpper);
  const behind = runes[start + capitals.runes.length];
  return behind !== undefined && isAlphabet(behind)
    ? { kind: 'upper', runes: capitals.runes.slice(0, -1) }
    : capitals;
}
