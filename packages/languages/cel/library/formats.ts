import { global, member, type Overload } from '../functions.ts';
import { fromBase64 } from '../plain.ts';
import { isDay, parseTimestamp } from '../time.ts';
import { listType, opaqueType, optionalType, stringType } from '../types.ts';
import { ArrayList, Opaque, Optional, none } from '../values.ts';
import { parseUrl } from './url.ts';

type Table = Record<string, readonly Overload[]>;
type Check = (text: string) => readonly string[];

const formatType = opaqueType('kubernetes.NamedFormat');

export class Format extends Opaque {
  readonly type = formatType;
  readonly name: string;
  readonly check: Check;
  /** What checking costs: the length of an imagined pattern. */
  readonly patternSize: number;
  constructor(name: string, patternSize: number, check: Check) {
    super();
    this.name = name;
    this.check = check;
    this.patternSize = patternSize;
  }
  equals(other: Opaque): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const subdomain = `${label}(\\.${label})*`;
const qualifiedPart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

function ruled(max: number, pattern: string, what: string, examples: readonly string[]): Check {
  const whole = new RegExp(`^(?:${pattern})$`);
  const shown = examples.map((one, i) => `${i === 0 ? '' : 'or '}'${one}', `).join(' ');
  return (text) => [
    ...(text.length > max ? [`must be no more than ${max} characters`] : []),
    ...(whole.test(text)
      ? []
      : [
          `${what} (e.g. ${shown.trimEnd().replaceAll(',  ', ',  ')} regex used for validation is '${pattern}')`,
        ]),
  ];
}

const dnsLabel = ruled(
  63,
  label,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
);
const dnsLabel1035 = ruled(
  63,
  label1035,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ['my-name', 'abc-123'],
);
const dnsSubdomain = ruled(
  253,
  subdomain,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
);
const labelText = ruled(
  63,
  labelValue,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyValue', 'my_value', '12345'],
);
const namePart = ruled(
  63,
  qualifiedPart,
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyName', 'my.name', '123-abc'],
);

function qualifiedName(text: string): readonly string[] {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, name] = parts.length === 2 ? [parts[0]!, parts[1]!] : [undefined, text];
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...dnsSubdomain(prefix).map((one) => `prefix part ${one}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push('name part must be no more than 63 characters');
  if (name !== '') errors.push(...namePart(name).filter((one) => one.startsWith('name part')));
  return errors;
}

/** Prefixes of generated names may end in a dash. */
function asPrefix(check: Check): Check {
  return (text) => check(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -1)}a` : text);
}

const holds =
  (test: (text: string) => boolean, why: string): Check =>
  (text) =>
    test(text) ? [] : [why];

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const formats: readonly (readonly [string, string, number, Check])[] = [
  ['dns1123Label', 'DNS1123Label', 30, dnsLabel],
  ['dns1123Subdomain', 'DNS1123Subdomain', 60, dnsSubdomain],
  ['dns1035Label', 'DNS1035Label', 30, dnsLabel1035],
  ['qualifiedName', 'QualifiedName', 60, qualifiedName],
  ['dns1123LabelPrefix', 'DNS1123LabelPrefix', 30, asPrefix(dnsLabel)],
  ['dns1123SubdomainPrefix', 'DNS1123SubdomainPrefix', 60, asPrefix(dnsSubdomain)],
  ['dns1035LabelPrefix', 'DNS1035LabelPrefix', 30, asPrefix(dnsLabel1035)],
  ['labelValue', 'LabelValue', 40, labelText],
  [
    'uri',
    'URI',
    1000,
    (text) => {
      const parsed = parseUrl(text);
      return typeof parsed === 'string' ? [`parse ${JSON.stringify(text)}: ${parsed}`] : [];
    },
  ],
  ['uuid', 'uuid', 36, holds((text) => uuid.test(text), 'does not match the UUID format')],
  ['byte', 'byte', 90, holds((text) => text !== '' && fromBase64(text) !== undefined, 'invalid base64')],
  ['date', 'date', 90, holds((text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text), 'invalid date')],
  ['datetime', 'datetime', 90, holds((text) => parseTimestamp(text) !== undefined, 'invalid datetime')],
];

const known = new Map(formats.map(([key, name, size, check]) => [key, new Format(name, size, check)]));

function validate(format: Format, text: string): Optional {
  const errors = format.check(text);
  return errors.length === 0 ? none : new Optional(new ArrayList([...errors]));
}

/** Kubernetes' named formats. */
export const namedFormats: Table = {
  validate: [
    member('format-validate', [formatType, stringType], optionalType(listType(stringType)), validate),
  ],
  'format.named': [
    global('format-named', [stringType], optionalType(formatType), (name: string) => {
      const found = known.get(name);
      return found === undefined ? none : new Optional(found);
    }),
  ],
  ...Object.fromEntries(
    Array.from(known, ([key, format]) => [
      `format.${key}`,
      [global(`format.${key}`, [], formatType, () => format)],
    ]),
  ),
};
