import { badRequest } from '../http/errors.ts';

type Labels = Readonly<Record<string, string>>;

const NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A label selector (`a=b,c!=d,e in (f,g),h notin (i),j,!k`) as a test of labels. */
export function labelSelector(text: string): (labels: Labels) => boolean {
  const tests = split(text).map(requirement);
  return (labels) => tests.every((test) => test(labels));
}

/** At commas outside of parentheses. */
function split(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function requirement(text: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null) {
    const name = nameOf(set[1] ?? '', text);
    const values = new Set((set[3] ?? '').split(',').map((value) => value.trim()));
    return set[2] === 'in'
      ? (labels) => labels[name] !== undefined && values.has(labels[name])
      : (labels) => labels[name] === undefined || !values.has(labels[name]);
  }
  const pair = /^([^=!]+?)\s*(==|=|!=)\s*([^=!]*)$/.exec(text);
  if (pair !== null) {
    const name = nameOf(pair[1] ?? '', text);
    const value = (pair[3] ?? '').trim();
    return pair[2] === '!=' ? (labels) => labels[name] !== value : (labels) => labels[name] === value;
  }
  if (text.startsWith('!')) {
    const name = nameOf(text.slice(1), text);
    return (labels) => labels[name] === undefined;
  }
  const name = nameOf(text, text);
  return (labels) => labels[name] !== undefined;
}

function nameOf(name: string, text: string): string {
  const trimmed = name.trim();
  if (!NAME.test(trimmed)) throw badRequest('selector', `cannot be understood at "${text}"`);
  return trimmed;
}
