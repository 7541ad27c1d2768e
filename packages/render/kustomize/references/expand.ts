import { scalarText } from '../resource.ts';

/** What a variable stands for; lists and mappings are never put into a text. */
export type VarValue = unknown;

/**
 * A text with its `$(NAME)` replaced. `$$` stands for `$`; names that nobody knows stay as they are. A text that is nothing
 * but one variable becomes its value, number or not.
 */
export function expandVariables(
  text: string,
  values: ReadonlyMap<string, VarValue>,
  used: Set<string>,
): unknown {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('$'); at >= 0 && at + 1 < text.length; at = text.indexOf('$', at)) {
    result += text.slice(copied, at);
    const next = text[at + 1];
    const close = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (close >= 0) {
      const name = text.slice(at + 2, close);
      const value = lookup(name, values, used);
      if (text === `$(${name})`) return value;
      result += goText(value);
      at = close + 1;
    } else {
      // `$$` is a dollar sign; anything else behind one is no variable, and stays with its dollar sign.
      result += next === '$' ? '$' : `$${next ?? ''}`;
      at += 2;
    }
    copied = at;
  }
  return result + text.slice(copied);
}

function lookup(name: string, values: ReadonlyMap<string, VarValue>, used: Set<string>): unknown {
  const value = values.get(name);
  if (!values.has(name) || (typeof value === 'object' && value !== null)) return `$(${name})`;
  used.add(name);
  return value;
}

/** A value in the middle of a text, as Go's `%v` prints it. */
function goText(value: unknown): string {
  return value === null ? '<nil>' : scalarText(value);
}
