import { err, ok, problem, type Result } from '@plumbline/base';

/** `field=value` or `field!=value`. */
export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly negated: boolean;
}

/** Reads `metadata.name=a,status.phase!=Running`. In values, a backslash keeps a comma, an equal sign or a backslash. */
export function parseFieldSelector(text: string): Result<readonly FieldTerm[]> {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text)) {
    if (part === '') continue;
    const match = /^((?:\\.|[^\\=!])*)(==|!=|=)(.*)$/s.exec(part);
    if (match === null) return refuse(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, raw = ''] = match;
    const value = unescapeValue(raw);
    if (!value.ok) return value;
    terms.push({ field, value: value.value, negated: operator === '!=' });
  }
  return ok(terms);
}

/** Whether fields, read by `read`, are what the terms want. */
export function matchesFields(terms: readonly FieldTerm[], read: (field: string) => string): boolean {
  return terms.every((term) => (read(term.field) === term.value) !== term.negated);
}

function splitTerms(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function unescapeValue(raw: string): Result<string> {
  let out = '';
  for (let at = 0; at < raw.length; at++) {
    const c = raw[at]!;
    if (c === ',' || c === '=') return refuse(`invalid field selector: unescaped character in value: ${c}`);
    if (c !== '\\') {
      out += c;
      continue;
    }
    const next = raw[++at] ?? '';
    if (next !== '\\' && next !== ',' && next !== '=')
      return refuse(`invalid field selector: invalid escape sequence: \\${next}`);
    out += next;
  }
  return ok(out);
}

function refuse(message: string): Result<never> {
  return err(problem('selector', message));
}
