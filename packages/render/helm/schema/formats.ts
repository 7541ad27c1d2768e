/** The formats that are checked (in drafts up to 7): what is wrong with a text, or nothing. */
export function formatProblem(
  format: string,
  text: string,
  isRegex: (pattern: string) => boolean,
): string | undefined {
  if (format === 'regex') return isRegex(text) ? undefined : 'error parsing regexp';
  return checks.get(format)?.(text);
}

type Check = (text: string) => string | undefined;

const checks = new Map<string, Check>([
  ['ipv4', ipv4],
  ['ipv6', ipv6],
  ['hostname', hostname],
  ['email', email],
  ['uuid', uuid],
  ['date', date],
  ['date-time', dateTime],
  ['time', time],
  ['uri', uri],
  ['iri', uri],
  ['uri-reference', (text) => (text.includes('\\') ? 'contains \\' : undefined)],
  ['iri-reference', (text) => (text.includes('\\') ? 'contains \\' : undefined)],
  ['json-pointer', jsonPointer],
]);

function ipv4(text: string): string | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return 'expected four decimals';
  for (const part of parts) {
    if (part.length > 1 && part.startsWith('0')) return 'leading zeros';
    if (!/^[0-9]+$/.test(part)) return `strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`;
    if (Number(part) > 255) return 'decimal must be between 0 and 255';
  }
  return undefined;
}

function ipv6(text: string): string | undefined {
  if (!text.includes(':')) return 'missing colon';
  if (text.includes('%')) return 'zone id is not a part of ipv6 address';
  try {
    return new URL(`http://[${text}]`).hostname === '' ? 'invalid' : undefined;
  } catch {
    return `ParseAddr(${JSON.stringify(text)}): unable to parse IP`;
  }
}

function hostname(text: string): string | undefined {
  const whole = text.replace(/\.$/, '');
  if (whole.length > 253) return 'more than 253 characters long';
  for (const label of whole.split('.')) {
    if (label.length < 1 || label.length > 63) return 'label must be 1 to 63 characters long';
    if (label.startsWith('-')) return 'label starts with hyphen';
    if (label.endsWith('-')) return 'label ends with hyphen';
    const strange = /[^A-Za-z0-9-]/u.exec(label);
    if (strange !== null) return `invalid character '${strange[0]}'`;
  }
  return undefined;
}

function email(text: string): string | undefined {
  if (text.length > 255) return 'more than 255 characters long';
  const at = text.lastIndexOf('@');
  if (at < 0) return 'missing @';
  const local = text.slice(0, at);
  if (local.length > 64) return 'local part more than 64 characters long';
  if (!local.startsWith('"')) {
    if (local.startsWith('.')) return 'starts with dot';
    if (local.endsWith('.')) return 'ends with dot';
    if (local.includes('..')) return 'consecutive dots';
    const strange = /[^A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]/u.exec(local);
    if (strange !== null) return `invalid character '${strange[0]}'`;
  }
  const domain = text.slice(at + 1);
  if (domain.startsWith('[') && domain.endsWith(']')) return undefined;
  const wrong = hostname(domain);
  return wrong === undefined ? undefined : `invalid domain: ${wrong}`;
}

function uuid(text: string): string | undefined {
  const groups = text.split('-');
  if (groups.length !== 5) return 'must have 5 elements';
  const lengths = [8, 4, 4, 4, 12];
  for (const [i, group] of groups.entries()) {
    if (group.length !== lengths[i]) return `element ${i + 1} must be ${lengths[i]} characters long`;
    const strange = /[^0-9a-fA-F]/u.exec(group);
    if (strange !== null) return `non-hex character '${strange[0]}'`;
  }
  return undefined;
}

function date(text: string): string | undefined {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  const wrong = `parsing time ${JSON.stringify(text)} as "2006-01-02": cannot parse`;
  if (match === null) return wrong;
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text ? wrong : undefined;
}

function time(text: string): string | undefined {
  if (text.length < 9) return 'less than 9 characters long';
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[zZ]|[-+][0-9]{2}:[0-9]{2})$/.exec(text);
  if (match === null) return 'invalid hour/min/sec';
  const [hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return hour > 23 || minute > 59 || second > 60 ? 'hour/min/sec out of range' : undefined;
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) return 'less than 20 characters long';
  if (!/^t$/i.test(text[10] ?? '')) return '11th character must be t or T';
  const day = date(text.slice(0, 10));
  if (day !== undefined) return `invalid date element: ${day}`;
  const clock = time(text.slice(11));
  return clock === undefined ? undefined : `invalid time element: ${clock}`;
}

function uri(text: string): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return undefined;
  return 'relative url';
}

function jsonPointer(text: string): string | undefined {
  if (text === '') return undefined;
  if (!text.startsWith('/')) return 'not starting with /';
  return /~(?![01])/.test(text) ? '~ must be followed by 0 or 1' : undefined;
}
