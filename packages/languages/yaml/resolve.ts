/**
 * What a plain scalar means, as go-yaml v2 (below sigs.k8s.io/yaml) resolves it: YAML 1.1 booleans, old octals and
 * `_` in numbers, but neither base-60 numbers nor dates.
 */

/** `.nan` and `.inf` are YAML but no JSON; Go refuses them when it turns YAML into JSON. */
export class NotJsonNumber extends Error {}

const words = new Map<string, boolean | null>([
  ...['~', 'null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word): [string, boolean] => [word, true],
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word): [string, boolean] => [word, false],
  ),
]);

/** Longest word of the table above. */
const wordLengthMax = 5;

const decimal = /^[-+]?(?:0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const prefixed = /^([-+]?)0(?:([xX])([0-9a-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;
const notJson = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/;
/** Base-60 numbers are read as text but quoted when written, for the sake of other readers. */
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const timestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?$/;

/** The value of a plain scalar. Throws `NotJsonNumber` for infinities and NaN. */
export function resolvePlain(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  // Letters first: nearly every plain scalar of a manifest starts with one and is text.
  if (first > 57) {
    if (text.length > wordLengthMax) return text;
    const word = words.get(text);
    return word === undefined ? text : word;
  }
  if (text === '') return null;
  if (first >= 48 || first === 43 || first === 45) return resolveNumber(text);
  if (first === 46) {
    if (notJson.test(text)) throw new NotJsonNumber(text);
    return dotFloat.test(text) ? Number(text) : text;
  }
  return text;
}

function resolveNumber(text: string): string | number {
  // Adding zero makes `-0` the whole number that it is in Go.
  if (decimal.test(text)) return Number(text) + 0;
  if (notJson.test(text)) throw new NotJsonNumber(text);
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (decimal.test(plain)) return Number(plain) + 0;
  const match = prefixed.exec(plain);
  if (match !== null) {
    const [, sign, , hex, , binary, octal] = match;
    const value =
      hex !== undefined
        ? Number.parseInt(hex, 16)
        : binary !== undefined
          ? Number.parseInt(binary, 2)
          : Number.parseInt(octal ?? '', 8);
    return sign === '-' ? -value : value;
  }
  return float.test(plain) ? finite(plain) : text;
}

/** Go's ParseFloat refuses what does not fit, and the scalar stays text. */
function finite(plain: string): string | number {
  const value = Number(plain);
  return Number.isFinite(value) ? value : plain;
}

/** Whether this text, written plain, would be read (or could be misread by others) as something that is no text. */
export function needsQuotes(text: string): boolean {
  if (text === '' || text === '<<' || base60.test(text) || notJson.test(text) || timestamp.test(text))
    return true;
  return typeof resolvePlain(text) !== 'string';
}
