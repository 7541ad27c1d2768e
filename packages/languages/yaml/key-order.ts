const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';
const isLetter = (c: string): boolean => /\p{L}/u.test(c);

const digitCode = (c: number): boolean => c >= 48 && c <= 57;
const letterCode = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90);

/** goyaml v2's order of keys: runs of digits by their number, letters after everything else. */
export function compareKeys(a: string, b: string): number {
  return compareAscii(a, b, false);
}

/** goyaml v3's: the same, but behind a digit letters come first. */
export function compareKeysV3(a: string, b: string): number {
  return compareAscii(a, b, true);
}

function compareAscii(a: string, b: string, digitsCount: boolean): number {
  const length = Math.min(a.length, b.length);
  let afterDigit = false;
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x > 127 || y > 127) return compareRunes(a, b, digitsCount);
    if (x === y) {
      afterDigit = digitsCount && digitCode(x);
      continue;
    }
    const letterX = letterCode(x);
    const letterY = letterCode(y);
    if (letterX && letterY) return x < y ? -1 : 1;
    if (letterX !== letterY) return letterX === afterDigit ? -1 : 1;
    if (!digitCode(x) && !digitCode(y)) return x < y ? -1 : 1;
    return compareRunes(a, b, digitsCount);
  }
  return a.length - b.length;
}

/** The same for any text, one Unicode character at a time. */
function compareRunes(a: string, b: string, digitsCount: boolean): number {
  const left = Array.from(a);
  const right = Array.from(b);
  let afterDigit = false;
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) {
      afterDigit = digitsCount && isDigit(x);
      continue;
    }
    const letterX = isLetter(x);
    const letterY = isLetter(y);
    const [codeX, codeY] = [x.codePointAt(0) ?? 0, y.codePointAt(0) ?? 0];
    if (letterX && letterY) return codeX < codeY ? -1 : 1;
    if (letterX !== letterY) return letterX === afterDigit ? -1 : 1;
    return compareNumbers(left, right, i) || (codeX < codeY ? -1 : 1);
  }
  return left.length - right.length;
}

/** Compares the numbers that start (or go on) at `at`; 0 when neither is one or both are the same. */
function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  let endX = at;
  let endY = at;
  while (isDigit(left[endX])) endX++;
  while (isDigit(right[endY])) endY++;
  // A zero only counts as leading when nothing but zeros came before it in the same run.
  let lead = '';
  if (left[at] === '0' || right[at] === '0') {
    for (let j = at - 1; j >= 0 && isDigit(left[j]); j--) if (left[j] !== '0') lead = '1';
  }
  const x = BigInt(`0${lead}${left.slice(at, endX).join('')}`);
  const y = BigInt(`0${lead}${right.slice(at, endY).join('')}`);
  if (x !== y) return x < y ? -1 : 1;
  return endX - endY;
}
