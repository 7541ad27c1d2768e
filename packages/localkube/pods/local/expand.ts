/**
 * `$(NAME)` in commands and values, as Kubernetes expands it: `$$` stands for one `$`, and a name that is not known stays
 * as it is written.
 */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0 || dollar === text.length - 1) return result + text.slice(at);
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === '$') {
      result += '$';
      at = dollar + 2;
    } else if (next === '(') {
      const end = text.indexOf(')', dollar + 2);
      if (end < 0) return `${result}$(${text.slice(dollar + 2)}`;
      const name = text.slice(dollar + 2, end);
      result += valueOf(name) ?? `$(${name})`;
      at = end + 1;
    } else {
      result += `$${next}`;
      at = dollar + 2;
    }
  }
  return result;
}
