/** What a scan ran into: one of the characters it was to stop at, or the end of the text. */
export interface Scanned {
  readonly text: string;
  /** undefined: the text ended. */
  readonly stop: string | undefined;
}

/** Reads a `--set` line character by character. */
export interface Scanner {
  /** The characters up to one of `stops`; a backslash takes the next character as it is unless `literal`. */
  until(stops: string): Scanned;
  next(): string | undefined;
  back(): void;
  /** What is left. */
  rest(): string;
  skip(count: number): void;
}

/** A scanner over a text. */
export function scannerOf(source: string, literal: boolean): Scanner {
  const runes = Array.from(source);
  let at = 0;
  return {
    until(stops) {
      let text = '';
      for (;;) {
        const rune = runes[at++];
        if (rune === undefined) return { text, stop: undefined };
        if (stops.includes(rune)) return { text, stop: rune };
        if (rune !== '\\' || literal) {
          text += rune;
          continue;
        }
        const escaped = runes[at++];
        if (escaped === undefined) return { text, stop: undefined };
        text += escaped;
      }
    },
    next: () => runes[at++],
    back: () => {
      at--;
    },
    rest: () => runes.slice(at).join(''),
    skip: (count) => {
      // JSON texts are counted in UTF-16 units.
      for (let left = count; left > 0; at++) left -= runes[at]?.length ?? left;
    },
  };
}
