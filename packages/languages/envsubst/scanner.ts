/** Which characters may stand in what is being scanned; `count` is how many were taken including this one. */
export type Accept = (char: string, count: number) => boolean;

/** Takes every character. */
export const anything: Accept = () => true;

/** What may come next: text, `${`, `}`, and whether `$$` (or, within functions, `\/` and `\\`) stand for one character. */
export interface Mode {
  readonly accept?: Accept;
  readonly open?: boolean;
  readonly close?: boolean;
  readonly escapes?: 'none' | 'dollar' | 'all';
}

type Token = 'end' | 'open' | 'close' | 'text' | 'illegal';

/** Reads a text token by token. A NUL ends the text, as it does upstream. */
export interface Scanner {
  /** The text of the last token, escapes taken out. */
  text(): string;
  /** The next character, or '' at the end. */
  peek(ahead?: number): string;
  scan(mode: Mode): Token;
}

export function createScanner(source: string): Scanner {
  const nul = source.indexOf('\0');
  const end = nul < 0 ? source.length : nul;
  let at = 0;
  let token = '';

  const charAt = (index: number): string =>
    index >= end ? '' : String.fromCodePoint(source.codePointAt(index) ?? 0);
  const opens = (index: number): boolean =>
    source.charCodeAt(index) === 36 && index + 1 < end && source.charCodeAt(index + 1) === 123;
  const escaped = (char: string, escapes: Mode['escapes']): boolean => {
    if (char === '$') return escapes !== 'none' && charAt(at + 1) === '$';
    return char === '\\' && escapes === 'all' && /^[/\\]$/.test(charAt(at + 1));
  };

  function scanText(accept: Accept, mode: Mode): boolean {
    const parts: string[] = [];
    const start = at;
    let from = at;
    for (let dropped = 0; at < end;) {
      if (mode.open === true && at > start && opens(at)) break;
      const char = charAt(at);
      if (escaped(char, mode.escapes ?? 'none')) {
        parts.push(source.slice(from, at));
        from = at + 1;
        at += 2;
        dropped++;
        continue;
      }
      if (!accept(char, at - start - dropped + 1)) break;
      at += char.length;
    }
    token = parts.length === 0 ? source.slice(from, at) : parts.join('') + source.slice(from, at);
    return at > start;
  }

  return {
    text: () => token,
    peek: (ahead = 0) => charAt(at + ahead),
    scan(mode) {
      token = '';
      if (at >= end) return 'end';
      if (mode.open === true && opens(at)) {
        at += 2;
        return 'open';
      }
      if (mode.close === true && source.charCodeAt(at) === 125) {
        at += 1;
        return 'close';
      }
      return mode.accept !== undefined && scanText(mode.accept, mode) ? 'text' : 'illegal';
    },
  };
}
