/** Which ways of writing a text are open, by the rules that libyaml's emitter follows. */
export interface ScalarAnalysis {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

const firstIndicators = new Set('#,[]{}&*!|>\'"%@`');

/** Looks at a text once, character by character. */
export function analyseScalar(text: string): ScalarAnalysis {
  if (text === '') return { plain: false, single: true, block: false };
  let indicators = text.startsWith('---') || text.startsWith('...');
  let special = false;
  let breakSpace = false;
  let spaceBreak = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    const followedByBlank = i + 1 >= text.length || ' \t\n\r'.includes(text[i + 1] ?? '');
    if (i === 0 && firstIndicators.has(c)) indicators = true;
    if (i === 0 && (c === '-' || c === '?') && followedByBlank) indicators = true;
    if (c === ':' && followedByBlank) indicators = true;
    if (c === '#' && i > 0 && ' \t\n\r'.includes(text[i - 1] ?? '')) indicators = true;
    if (!isPrintable(text.charCodeAt(i))) special = true;
    if (c === ' ' && text[i - 1] === '\n') breakSpace = true;
    if (c === '\n' && text[i - 1] === ' ') spaceBreak = true;
  }
  const edge = /^[ \n]|[ \n]$/.test(text);
  const bad = special || spaceBreak;
  return {
    plain: !indicators && !edge && !breakSpace && !bad && !/[\n\u2028\u2029]/.test(text),
    single: !breakSpace && !bad,
    block: !bad && !text.endsWith(' '),
  };
}

/** Tabs and carriage returns do not count as printable here, which is why such texts come out in double quotes. */
function isPrintable(code: number): boolean {
  if (code === 10) return true;
  if (code < 0x20 || code === 0x7f || (code >= 0x80 && code < 0xa0) || code === 0xfeff) return false;
  // What lies above the basic plane (here: two surrogates) is not printable for libyaml either.
  if (code >= 0xd800 && code <= 0xdfff) return false;
  return code !== 0xfffe && code !== 0xffff;
}
