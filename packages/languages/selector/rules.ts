const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const valuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const prefixPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const nameRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const prefixRule =
  "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const labelBytesMax = 63;
const prefixBytesMax = 253;

/** Why a text is no label key (a name, or `prefix/name`), with upstream's text. */
export function checkKey(key: string): string | undefined {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const wrong = (why: string): string => `key: Invalid value: ${JSON.stringify(key)}: ${why}`;
  if (prefix !== undefined && prefix.length > prefixBytesMax)
    return wrong(`prefix part must be no more than ${prefixBytesMax} bytes`);
  if (prefix !== undefined && !prefixPattern.test(prefix)) return wrong(prefixRule);
  if (name.length > labelBytesMax) return wrong(`name part must be no more than ${labelBytesMax} bytes`);
  return namePattern.test(name) ? undefined : wrong(nameRule);
}

/** Why the values of a requirement are no label values. */
export function checkValues(requirement: {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}): string | undefined {
  const { key, operator, values } = requirement;
  if (operator === 'gt' || operator === 'lt') {
    const value = values[0] ?? '';
    if (/^[+-]?\d+$/.test(value)) return undefined;
    return `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`;
  }
  for (const [index, value] of values.entries()) {
    const where = `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}`;
    if (value.length > labelBytesMax) return `${where}: must be no more than ${labelBytesMax} bytes`;
    if (!valuePattern.test(value)) return `${where}: ${valueRule}`;
  }
  return undefined;
}
