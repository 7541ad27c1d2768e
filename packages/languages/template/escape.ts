import { toBytes } from '../go/index.ts';

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** A text for HTML, as text/template's `html` escapes it. */
export function escapeHtml(text: string): string {
  // eslint-disable-next-line no-control-regex -- The null character has an escape of its own.
  return text.replace(/[\u0000"'&<>]/g, (character) => htmlEscapes[character] ?? character);
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** A text for a JavaScript string, as text/template's `js` escapes it. */
export function escapeJs(text: string): string {
  // eslint-disable-next-line no-control-regex -- Control characters are escaped by their numbers.
  return text.replace(/[\u0000-\u001f\\'"<>&=]|[\u0080-\u{10ffff}]/gu, (character) => {
    const known = jsEscapes[character];
    if (known !== undefined) return known;
    if (printable.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    const rune = code >= 0xdc80 && code <= 0xdcff ? 0xfffd : code;
    return `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** A text for the query of a URL (url.QueryEscape). */
export function escapeQuery(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.~]+/g, (run) => {
    let escaped = '';
    for (const byte of toBytes(run)) {
      const isSpace = byte === 0x20;
      escaped += isSpace ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return escaped;
  });
}
