// The name rules of Kubernetes. Each check answers with upstream's texts, because people search for them.

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;

const isLabel = new RegExp(`^${LABEL}$`);
const isSubdomain = new RegExp(`^${SUBDOMAIN}$`);
const isQualified = new RegExp(`^${QUALIFIED}$`);
const isLabelValue = new RegExp(`^${LABEL_VALUE}$`);
const isConfigKey = /^[-._a-zA-Z0-9]+$/;

function mustBeShort(value: string, most: number, unit: 'bytes' | 'characters' = 'characters'): string[] {
  return value.length > most ? [`must be no more than ${most} ${unit}`] : [];
}

/** What is wrong with a name; empty if nothing is. `prefix`: the value is a generateName, so a trailing dash is fine. */
export type NameCheck = (name: string, prefix: boolean) => readonly string[];

function withoutDash(name: string, prefix: boolean): string {
  return prefix && name.endsWith('-') && name.length > 1 ? `${name.slice(0, -1)}a` : name;
}

export const dnsSubdomain: NameCheck = (name, prefix) => {
  const value = withoutDash(name, prefix);
  if (value.length <= 253 && isSubdomain.test(value)) return [];
  const problems = mustBeShort(value, 253);
  if (!isSubdomain.test(value)) {
    problems.push(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must " +
        `start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
    );
  }
  return problems;
};

export const dnsLabel: NameCheck = (name, prefix) => {
  const value = withoutDash(name, prefix);
  if (value.length <= 63 && isLabel.test(value)) return [];
  const problems = mustBeShort(value, 63);
  if (isSubdomain.test(value) && value.includes('.')) problems.push('must not contain dots');
  else if (!isLabel.test(value)) {
    problems.push(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and " +
        `end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
    );
  }
  return problems;
};

/** As `dnsLabel`, for what is no prefix. */
export function dnsLabelStrict(value: string): readonly string[] {
  return dnsLabel(value, false);
}

const WILDCARD = `\\*\\.${SUBDOMAIN}`;

/** `*.example.com`. */
export function wildcardSubdomain(value: string): readonly string[] {
  if (value.startsWith('*.') && value.length <= 253 && isSubdomain.test(value.slice(2))) return [];
  return [
    ...mustBeShort(value, 253),
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of " +
      "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character " +
      `(e.g. '*.example.com', regex used for validation is '${WILDCARD}')`,
  ];
}

const NAME_PART =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;

/** `name` or `prefix/name`: keys of labels and annotations, resource names and the like. */
export function qualifiedName(value: string): readonly string[] {
  const slash = value.indexOf('/');
  let name = value;
  const problems: string[] = [];
  if (slash >= 0) {
    if (value.indexOf('/', slash + 1) >= 0) {
      return [
        `a valid label key ${NAME_PART} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ];
    }
    const prefix = value.slice(0, slash);
    name = value.slice(slash + 1);
    if (prefix === '') problems.push('prefix part must be non-empty');
    else problems.push(...dnsSubdomain(prefix, false).map((problem) => `prefix part ${problem}`));
  }
  if (name !== '' && name.length <= 63 && isQualified.test(name)) return problems;
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes');
  if (!isQualified.test(name)) problems.push(`name part ${NAME_PART}`);
  return problems;
}

export function labelValue(value: string): readonly string[] {
  if (value.length <= 63 && isLabelValue.test(value)) return [];
  const problems = mustBeShort(value, 63, 'bytes');
  if (!isLabelValue.test(value)) {
    problems.push(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start " +
        "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for " +
        `validation is '${LABEL_VALUE}')`,
    );
  }
  return problems;
}

/** A key of a ConfigMap or Secret. */
export function configKey(value: string): readonly string[] {
  const problems = mustBeShort(value, 253);
  if (!isConfigKey.test(value)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or " +
        "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (value === '.' || value === '..') problems.push(`must not be '${value}'`);
  else if (value.startsWith('..')) problems.push("must not start with '..'");
  return problems;
}

/** The name of a port in a container or the name a targetPort refers to. */
export function portName(value: string): readonly string[] {
  const problems: string[] = [];
  if (value.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(value)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** The name of an environment variable, by the relaxed rule of current servers. */
export function environmentName(value: string): readonly string[] {
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return [];
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** The name of a header that a probe sends. */
export function headerName(value: string): readonly string[] {
  if (/^[-A-Za-z0-9]+$/.test(value)) return [];
  return [
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for " +
      "validation is '[-A-Za-z0-9]+')",
  ];
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

export function isIPv4(value: string): boolean {
  return IPV4.test(value);
}

function isIPv6(value: string): boolean {
  if (!value.includes(':') || !/^[0-9a-fA-F:.]+$/.test(value)) return false;
  const halves = value.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1) ?? '';
  const embedded = tail.includes('.');
  if (embedded && !isIPv4(tail)) return false;
  const plain = embedded ? groups.slice(0, -1) : groups;
  const count = plain.length + (embedded ? 2 : 0);
  return (
    plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) &&
    (halves.length === 2 ? count < 8 : count === 8)
  );
}

export function ipAddress(value: string): readonly string[] {
  if (
    /^\d+\.\d+\.\d+\.\d+$/.test(value) &&
    isIPv4(value.replaceAll(/(^|\.)0+(?=\d)/g, '$1')) &&
    !isIPv4(value)
  )
    return ['must not have leading 0s'];
  return isIPv4(value) || isIPv6(value)
    ? []
    : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

export function cidr(value: string): readonly string[] {
  const [address = '', bits = '', ...rest] = value.split('/');
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  if (rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= width) return [];
  return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

function bitsOf(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const words = (half: string): readonly string[] => (half === '' ? [] : half.split(':'));
  const [left, right] = [words(head), words(tail ?? '')];
  const all =
    tail === undefined
      ? left
      : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return all.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('');
}

/** Whether one range of addresses lies strictly within another; both are well-formed. */
export function containsRange(outer: string, inner: string): boolean {
  const [[address = '', bits = ''], [other = '', otherBits = '']] = [outer.split('/'), inner.split('/')];
  if (isIPv4(address) !== isIPv4(other) || Number(otherBits) <= Number(bits)) return false;
  return bitsOf(address).slice(0, Number(bits)) === bitsOf(other).slice(0, Number(bits));
}

/** A name that stands between the slashes of a path. */
export function pathSegment(name: string): readonly string[] {
  if (name === '.') return ["may not be '.'"];
  if (name === '..') return ["may not be '..'"];
  return ['/', '%'].filter((bad) => name.includes(bad)).map((bad) => `may not contain '${bad}'`);
}

const SEARCH = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*';
const isSearch = new RegExp(`^${SEARCH}$`);

/** A domain in which a resolver looks; it may have underscores and a dot at its end. */
export function searchDomain(value: string): readonly string[] {
  const name = value.replace(/\.$/, '');
  if (isSearch.test(name) || value === '.') return mustBeShort(name, 253);
  return [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must " +
      `start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SEARCH}')`,
  ];
}

/** Whether a well-formed range has bits set where its addresses differ. */
export function hasHostBits(range: string): boolean {
  const [address = '', bits = ''] = range.split('/');
  return bitsOf(address).slice(Number(bits)).includes('1');
}
