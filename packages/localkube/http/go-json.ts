import { messageOf } from '@plumbline/base';

/** Parses JSON; what is wrong is said as Go's decoder says it. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    return { problem: problemOf(text, messageOf(thrown)) };
  }
}

function problemOf(text: string, message: string): string {
  if (text.trim() === '' || /end of JSON input/.test(message) || /Unterminated/.test(message))
    return 'unexpected end of JSON input';
  const found = /position (\d+)/.exec(message)?.[1];
  if (found !== undefined && Number(found) >= text.length) return 'unexpected end of JSON input';
  const position = /position (\d+)/.exec(message)?.[1];
  const token = /token '?(.)'?,?/su.exec(message)?.[1];
  const at = position === undefined ? text.search(/\S/) : Number(position);
  const character = token ?? text[at] ?? '';
  const before = text.slice(0, at).trimEnd().at(-1);
  const place =
    before === undefined || before === ':' || before === '[' || (before === ',' && character !== '}')
      ? 'looking for beginning of value'
      : before === '{'
        ? 'looking for beginning of object key string'
        : 'after top-level value';
  return `invalid character '${character}' ${place}`;
}

const shownBytes = 30;

/** The body as upstream's messages show it: JSON as it is, everything else as the hexadecimal of its beginning. */
export function shownBody(text: string): string {
  if (text === '') return '<empty>';
  if (/^\s*\{/.test(text)) return text;
  const bytes = Buffer.from(text);
  return bytes.length > shownBytes
    ? `${bytes.subarray(0, shownBytes).toString('hex')} ...`
    : bytes.toString('hex');
}
