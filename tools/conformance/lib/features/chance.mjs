// Choices by chance that are the same on every machine, and what is made of them.
import { dump } from 'js-yaml';
import { numbersFrom } from '../numbers.mjs';

export function chance(seed) {
  const next = numbersFrom(Math.imul(seed + 1, 2_654_435_761));
  const int = (below) => Math.floor(next() * below);
  const pick = (list) => list[int(list.length)];
  const some = (list, likely = 0.5) => list.filter(() => next() < likely);
  const is = (likely) => next() < likely;
  /** The fields that chance wants: `{ name: [likelihood, value] }`. */
  const fields = (all) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([, [likely]]) => is(likely))
        .map(([key, [, value]]) => [key, typeof value === 'function' ? value() : value]),
    );
  return { next, int, pick, some, is, fields };
}

/** Documents as one text. */
export function yamlOf(...documents) {
  return documents
    .map((one) =>
      typeof one === 'string' ? one : dump(one, { noRefs: true, lineWidth: -1, skipInvalid: true }),
    )
    .join('---\n');
}

/** Numbers, texts and the rest, as files hold them. */
export const scalars = [
  'plain',
  '1',
  'true',
  'null',
  '',
  'a: b',
  'two\nlines',
  '0x1f',
  '1.10',
  'yes',
  'ü ✓',
  ' spaced ',
  '#x',
  '2020-01-01',
  '1e3',
  '-',
  '~',
  '{a',
  "it's",
  '"q"',
  'a/b:c',
  1,
  0,
  -3,
  1.5,
  1e21,
  true,
  false,
  null,
];

export const texts = scalars.filter((one) => typeof one === 'string');
