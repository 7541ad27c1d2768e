import { isRecord } from '@plumbline/base';

/**
 * JSON as Go's encoding/json prints it: sorted keys, what would matter in HTML escaped, exponents from 1e21 on. With
 * `pretty` each member on its own line, two blanks deep.
 */
export function goJson(node: unknown, pretty: boolean): string {
  return write(node, pretty ? '\n' : '');
}

function write(node: unknown, lineBreak: string): string {
  const inner = lineBreak === '' ? '' : `${lineBreak}  `;
  if (Array.isArray(node))
    return list(
      '[',
      ']',
      node.map((item: unknown) => write(item, inner)),
      lineBreak,
      inner,
    );
  if (!isRecord(node)) return scalar(node);
  const colon = lineBreak === '' ? ':' : ': ';
  const members = Object.keys(node)
    .sort()
    .map((key) => `${scalar(key)}${colon}${write(node[key], inner)}`);
  return list('{', '}', members, lineBreak, inner);
}

function list(
  open: string,
  close: string,
  parts: readonly string[],
  lineBreak: string,
  inner: string,
): string {
  return parts.length === 0 ? open + close : `${open}${inner}${parts.join(`,${inner}`)}${lineBreak}${close}`;
}

function scalar(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return number(value);
  return (JSON.stringify(value) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JavaScript turns to exponents at 1e-7 and Go already below 1e-6; Go writes at least two digits of an exponent. */
function number(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-6 ? value.toExponential() : String(value);
  return text.replace(/e-(\d)$/, 'e-0$1');
}
