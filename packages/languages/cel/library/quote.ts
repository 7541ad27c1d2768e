const quoted: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A text as it is written in an expression. */
export function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to escape
  return `"${text.replaceAll(/[\u0007-\r\\"]/g, (character) => quoted[character] ?? character)}"`;
}
