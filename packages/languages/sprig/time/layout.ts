/** The pieces of Go's time layouts, which spell the moment `Mon Jan 2 15:04:05 2006 MST`. */
export type LayoutPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: Field; readonly text: string };

export type Field =
  | 'longMonth'
  | 'month'
  | 'numberMonth'
  | 'zeroMonth'
  | 'longWeekday'
  | 'weekday'
  | 'day'
  | 'spaceDay'
  | 'zeroDay'
  | 'spaceYearDay'
  | 'zeroYearDay'
  | 'hour'
  | 'hour12'
  | 'zeroHour12'
  | 'minute'
  | 'zeroMinute'
  | 'second'
  | 'zeroSecond'
  | 'longYear'
  | 'year'
  | 'PM'
  | 'pm'
  | 'zone'
  | 'offset'
  /** Digits behind the second, always or only where they are not zero. */
  | 'fraction'
  | 'shortFraction';

/** Longest spelling first. What must not be followed by a small letter is marked. */
const spellings: readonly (readonly [string, Field, 'word'?])[] = [
  ['January', 'longMonth'],
  ['Jan', 'month', 'word'],
  ['Monday', 'longWeekday'],
  ['Mon', 'weekday', 'word'],
  ['MST', 'zone'],
  ['002', 'zeroYearDay'],
  ['01', 'zeroMonth'],
  ['02', 'zeroDay'],
  ['03', 'zeroHour12'],
  ['04', 'zeroMinute'],
  ['05', 'zeroSecond'],
  ['06', 'year'],
  ['15', 'hour'],
  ['1', 'numberMonth'],
  ['2006', 'longYear'],
  ['2', 'day'],
  ['__2', 'spaceYearDay'],
  ['_2', 'spaceDay'],
  ['3', 'hour12'],
  ['4', 'minute'],
  ['5', 'second'],
  ['PM', 'PM'],
  ['pm', 'pm'],
  ['-070000', 'offset'],
  ['-07:00:00', 'offset'],
  ['-0700', 'offset'],
  ['-07:00', 'offset'],
  ['-07', 'offset'],
  ['Z070000', 'offset'],
  ['Z07:00:00', 'offset'],
  ['Z0700', 'offset'],
  ['Z07:00', 'offset'],
  ['Z07', 'offset'],
];
const starts = new Set(spellings.map(([text]) => text[0]));
const fraction = /[.,](?:0+|9+)(?![0-9])/y;

/** Cuts a layout into its pieces. */
export function parseLayout(layout: string): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let copied = 0;
  for (let at = 0; at < layout.length;) {
    const piece = pieceAt(layout, at);
    if (piece === undefined) {
      at += 1;
      continue;
    }
    if (copied < at) pieces.push({ kind: 'text', text: layout.slice(copied, at) });
    pieces.push(piece);
    at += piece.text.length;
    copied = at;
  }
  if (copied < layout.length) pieces.push({ kind: 'text', text: layout.slice(copied) });
  return pieces;
}

function pieceAt(layout: string, at: number): LayoutPiece | undefined {
  const first = layout[at] ?? '';
  if (first === '.' || first === ',') {
    fraction.lastIndex = at;
    const text = fraction.exec(layout)?.[0];
    if (text === undefined) return undefined;
    return { kind: text[1] === '0' ? 'fraction' : 'shortFraction', text };
  }
  if (!starts.has(first)) return undefined;
  // `_2006` is an underscore and a year.
  if (layout.startsWith('_2006', at)) return undefined;
  for (const [text, kind, word] of spellings) {
    if (!layout.startsWith(text, at)) continue;
    if (word !== undefined && /[a-z]/.test(layout[at + text.length] ?? '')) continue;
    return { kind, text };
  }
  return undefined;
}

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const weekdayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
