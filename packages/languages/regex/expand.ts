/** The text of a group by number; undefined when it took no part or does not exist. */
type Groups = (group: number) => string | undefined;

const reference = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/**
 * Prepares a template of Go's Regexp.Expand: `$1` and `$name` take as many letters, digits and underscores as follow
 * (`$1x` is the group named "1x"), `${1}x` says where the name ends, `$$` is a dollar; an unknown group is empty and a
 * malformed reference is text.
 */
export function expandTemplate(
  template: string,
  names: ReadonlyMap<string, number>,
): (groups: Groups) => string {
  const literals: string[] = [];
  const numbers: (number | undefined)[] = [];
  let copied = 0;
  let literal = '';
  for (const match of template.matchAll(reference)) {
    literal += template.slice(copied, match.index);
    copied = match.index + match[0].length;
    if (match[1] !== undefined) {
      literal += '$';
      continue;
    }
    literals.push(literal);
    literal = '';
    numbers.push(groupNumber(match[2] ?? match[3] ?? '', names));
  }
  const last = literal + template.slice(copied);
  return (groups) => {
    let result = '';
    for (const [i, number] of numbers.entries())
      result += (literals[i] ?? '') + (number === undefined ? '' : (groups(number) ?? ''));
    return result + last;
  };
}

/** A name of digits only is a number, unless it has a leading zero or is too large. */
function groupNumber(name: string, names: ReadonlyMap<string, number>): number | undefined {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(name)) return Number(name);
  return names.get(name);
}
