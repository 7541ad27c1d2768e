import type { KubeObject } from '@plumbline/api';
import { badRequest } from './errors.ts';

export type Matcher = (object: KubeObject) => boolean;

interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  readonly values: readonly string[];
}

const word = /[^\s,()=!<>]+/y;
const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Reads a label selector; undefined where it selects everything. Refused texts are 400. */
export function labelSelector(text: string | undefined): Matcher | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const requirements = parseLabels(text);
  if (requirements.length === 0) return undefined;
  return (object) => {
    const labels = object.metadata.labels;
    return requirements.every((requirement) => meets(requirement, labels?.[requirement.key]));
  };
}

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

function parseLabels(text: string): readonly Requirement[] {
  let at = 0;
  const refuseList = (found: string, expected: string): never => {
    throw badRequest(`found '${found}', expected: ${expected}`);
  };
  const refuse = (found: string, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`);
  };
  const space = (): void => {
    while (/\s/.test(text[at] ?? '')) at++;
  };
  const token = (): string => {
    space();
    if (at >= text.length) return '';
    for (const symbol of ['==', '!=', '=', '!', '<', '>', ',', '(', ')']) {
      if (!text.startsWith(symbol, at)) continue;
      at += symbol.length;
      return symbol;
    }
    word.lastIndex = at;
    const found = word.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const peek = (): string => {
    const before = at;
    const next = token();
    at = before;
    return next;
  };
  const value = (): string => {
    const next = peek();
    if (next === '' || next === ',') return '';
    token();
    if (!isWord(next)) refuse(next, 'identifier');
    return next;
  };
  const values = (): readonly string[] => {
    const open = token();
    if (open !== '(') throw badRequest(`unable to parse requirement: found '${open}' expected: '('`);
    const list: string[] = [];
    for (;;) {
      const next = token();
      if (next === ')') {
        list.push('');
        break;
      }
      if (next === ',') {
        list.push('');
        continue;
      }
      if (!isWord(next)) refuse(next, "',', ')' or identifier");
      list.push(next);
      const after = token();
      if (after === ')') break;
      if (after !== ',') refuse(after, "',' or ')'");
    }
    return [...new Set(list)].sort();
  };
  const requirement = (): Requirement => {
    let key = token();
    const negated = key === '!';
    if (negated) key = token();
    if (!isWord(key)) refuse(key, negated ? 'identifier' : "!, identifier, or 'end of string'");
    checkKey(key);
    if (negated) return { key, operator: 'absent', values: [] };
    const operator = peek();
    if (operator === '' || operator === ',') return { key, operator: 'exists', values: [] };
    token();
    if (operator === 'in' || operator === 'notin') return check({ key, operator, values: values() });
    if (operator === '=' || operator === '==') return check({ key, operator: 'in', values: [value()] });
    if (operator === '!=') return check({ key, operator: 'notin', values: [value()] });
    if (operator === '<' || operator === '>') {
      return check({ key, operator: operator === '<' ? 'lt' : 'gt', values: [value()] });
    }
    return refuse(operator, 'in, notin, =, ==, !=, gt, lt');
  };
  const all: Requirement[] = [];
  if (peek() === '') return all;
  if (!isWord(peek()) && peek() !== '!') refuseList(peek(), "!, identifier, or 'end of string'");
  for (;;) {
    all.push(requirement());
    const next = token();
    if (next === '') return all;
    if (next !== ',') refuseList(next, "',' or 'end of string'");
    const after = peek();
    if (after === '' || after === ',') refuseList(after, "identifier after ','");
  }
}

function isWord(text: string): boolean {
  return text !== '' && !['==', '!=', '=', '!', '<', '>', ',', '(', ')'].includes(text);
}

const keyRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

function checkKey(key: string): void {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  const bad =
    (prefix !== undefined && (!subdomain.test(prefix) || prefix.length > 253)) || !labelName.test(name);
  if (bad)
    throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${keyRule}`);
  if (name.length > 63) {
    throw badRequest(
      `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: name part must be no more than 63 bytes`,
    );
  }
}

function check(requirement: Requirement): Requirement {
  if (requirement.operator === 'gt' || requirement.operator === 'lt') {
    const value = requirement.values[0] ?? '';
    if (/^[+-]?\d+$/.test(value)) return requirement;
    throw badRequest(
      `unable to parse requirement: values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  requirement.values.forEach((value, index) => {
    const where = `values[${index}][${requirement.key}]: Invalid value: ${JSON.stringify(value)}`;
    if (value.length > 63)
      throw badRequest(`unable to parse requirement: ${where}: must be no more than 63 bytes`);
    if (!labelValue.test(value)) throw badRequest(`unable to parse requirement: ${where}: ${valueRule}`);
  });
  return requirement;
}

export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly negated: boolean;
}

/** Splits a field selector; commas and equal signs may be escaped with a backslash. */
export function fieldTerms(text: string | undefined): readonly FieldTerm[] {
  if (text === undefined || text === '') return [];
  const terms: FieldTerm[] = [];
  for (const part of splitUnescaped(text)) {
    if (part === '') continue;
    const match = /^((?:\\.|[^\\=!])*)(==|!=|=)(.*)$/s.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, raw = ''] = match;
    terms.push({ field, value: unescapeValue(raw), negated: operator === '!=' });
  }
  return terms;
}

function splitUnescaped(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unescapeValue(raw: string): string {
  return raw.replaceAll(
    /\\([\\,=])|\\(.?)|([,=])/gs,
    (_, escaped: string | undefined, other: string | undefined, bare: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (bare !== undefined)
        throw badRequest(`invalid field selector: unescaped character in value: ${bare}`);
      throw badRequest(`invalid field selector: invalid escape sequence: \\${other ?? ''}`);
    },
  );
}

/** Reads a field selector for a kind with these fields besides name and namespace. */
export function fieldSelector(
  text: string | undefined,
  fields: Readonly<Record<string, (object: KubeObject) => string>>,
  refuse: (field: string) => Error,
): Matcher | undefined {
  const terms = fieldTerms(text);
  if (terms.length === 0) return undefined;
  const checks = terms.map(({ field, value, negated }): Matcher => {
    const read = readerOf(field, fields);
    if (read === undefined) throw refuse(field);
    return (object) => (read(object) === value) !== negated;
  });
  return (object) => checks.every((test) => test(object));
}

function readerOf(
  field: string,
  fields: Readonly<Record<string, (object: KubeObject) => string>>,
): ((object: KubeObject) => string) | undefined {
  if (field === 'metadata.name') return (object) => object.metadata.name;
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
