import { global, member, type Overload } from '../functions.ts';
import { boolType, intType, listType, mapType, opaqueType, stringType } from '../types.ts';
import { ArrayList, CelError, EntryMap, noOverload, Opaque } from '../values.ts';
import { parseAddress, formatAddress, type Address } from './address.ts';
import { parseUrl, type Url } from './url.ts';

type Table = Record<string, readonly Overload[]>;

const ipType = opaqueType('net.IP');
const cidrType = opaqueType('net.CIDR');
const urlType = opaqueType('kubernetes.URL');

class Ip extends Opaque {
  readonly type = ipType;
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  override get size(): number {
    return this.address.bits / 8;
  }
  equals(other: Opaque): boolean {
    return other instanceof Ip && sameAddress(other.address, this.address);
  }
  override toString(): string {
    return formatAddress(this.address);
  }
}

class Cidr extends Opaque {
  readonly type = cidrType;
  readonly address: Address;
  readonly length: number;
  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }
  override get size(): number {
    return Math.ceil(this.length / 8);
  }
  equals(other: Opaque): boolean {
    return other instanceof Cidr && sameAddress(other.address, this.address) && other.length === this.length;
  }
  override toString(): string {
    return `${formatAddress(this.address)}/${this.length}`;
  }
}

function sameAddress(a: Address, b: Address): boolean {
  return a.bits === b.bits && a.value === b.value;
}

/** Throws with Go's texts where the text is no plain address. */
function readIp(text: string): Ip {
  const parsed = parseAddress(text);
  if (typeof parsed === 'string') {
    throw new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${parsed}`,
    );
  }
  if (parsed.zone) throw new CelError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  if (isMapped(parsed)) throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new Ip(parsed);
}

function isMapped({ bits, value }: Address): boolean {
  return bits === 128 && value >> 32n === 0xffffn;
}

function readCidr(text: string): Cidr {
  const fail = (why: string): CelError =>
    new CelError(
      `network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`,
    );
  const slash = text.lastIndexOf('/');
  if (slash < 0) throw fail("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (typeof address === 'string')
    throw fail(`ParseAddr(${JSON.stringify(text.slice(0, slash))}): ${address}`);
  if (address.zone) throw fail('IPv6 zones cannot be present in a prefix');
  const digits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d*)$/.test(digits)) throw fail(`bad bits after slash: ${JSON.stringify(digits)}`);
  if (Number(digits) > address.bits) throw fail('prefix length out of range');
  if (isMapped(address))
    throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return new Cidr(address, Number(digits));
}

function works(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** Texts that are no address are told as if there were no such function. */
function orNothing<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw noOverload();
  }
}

function networkOf({ bits, value }: Address, length: number): bigint {
  const rest = BigInt(bits - length);
  return (value >> rest) << rest;
}

function containsIp(cidr: Cidr, ip: Ip): boolean {
  if (ip.address.bits !== cidr.address.bits) return false;
  return networkOf(ip.address, cidr.length) === networkOf(cidr.address, cidr.length);
}

function containsCidr(cidr: Cidr, other: Cidr): boolean {
  return other.length >= cidr.length && containsIp(cidr, new Ip(other.address));
}

const isV4 = ({ address }: Ip): boolean => address.bits === 32;
const top = ({ address }: Ip, count: number): bigint => address.value >> BigInt(address.bits - count);
const isLoopback = (ip: Ip): boolean => (isV4(ip) ? top(ip, 8) === 127n : ip.address.value === 1n);
const isUnspecified = (ip: Ip): boolean => ip.address.value === 0n;
const isLocalMulticast = (ip: Ip): boolean =>
  isV4(ip) ? top(ip, 24) === 0xe00000n : (top(ip, 16) & 0xff0fn) === 0xff02n;
const isLocalUnicast = (ip: Ip): boolean => (isV4(ip) ? top(ip, 16) === 0xa9fen : top(ip, 10) === 0x3fan);
const isMulticast = (ip: Ip): boolean => (isV4(ip) ? top(ip, 4) === 0xen : top(ip, 8) === 0xffn);
const isBroadcast = (ip: Ip): boolean => isV4(ip) && ip.address.value === 0xffffffffn;
const isGlobal = (ip: Ip): boolean =>
  !isUnspecified(ip) && !isBroadcast(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLocalUnicast(ip);

function test(name: string, holds: (ip: Ip) => boolean): readonly Overload[] {
  return [member(name, [ipType], boolType, holds)];
}

/** Kubernetes' functions over addresses and networks. */
export const addresses: Table = {
  ip: [
    global('string_to_ip', [stringType], ipType, readIp),
    member('cidr_ip', [cidrType], ipType, (cidr: Cidr) => new Ip(cidr.address)),
  ],
  family: [member('ip_family', [ipType], intType, (ip: Ip) => (isV4(ip) ? 4n : 6n))],
  'ip.isCanonical': [
    global('ip_is_canonical', [stringType], boolType, (text: string) => String(readIp(text)) === text),
  ],
  isUnspecified: test('ip_is_unspecified', isUnspecified),
  isLoopback: test('ip_is_loopback', isLoopback),
  isLinkLocalMulticast: test('ip_is_link_local_multicast', isLocalMulticast),
  isLinkLocalUnicast: test('ip_is_link_local_unicast', isLocalUnicast),
  isGlobalUnicast: test('ip_is_global_unicast', isGlobal),
  isIP: [global('is_ip', [stringType], boolType, (text: string) => works(() => readIp(text)))],
  string: [
    global('ip_to_string', [ipType], stringType, String),
    global('cidr_to_string', [cidrType], stringType, String),
  ],
  cidr: [global('string_to_cidr', [stringType], cidrType, readCidr)],
  containsIP: [
    member('cidr_contains_ip_string', [cidrType, stringType], boolType, (cidr: Cidr, text: string) =>
      containsIp(
        cidr,
        orNothing(() => readIp(text)),
      ),
    ),
    member('cidr_contains_ip_ip', [cidrType, ipType], boolType, containsIp),
  ],
  containsCIDR: [
    member('cidr_contains_cidr_string', [cidrType, stringType], boolType, (cidr: Cidr, text: string) =>
      containsCidr(
        cidr,
        orNothing(() => readCidr(text)),
      ),
    ),
    member('cidr_contains_cidr', [cidrType, cidrType], boolType, containsCidr),
  ],
  prefixLength: [member('cidr_prefix_length', [cidrType], intType, (cidr: Cidr) => BigInt(cidr.length))],
  masked: [
    member(
      'cidr_masked',
      [cidrType],
      cidrType,
      (cidr: Cidr) => new Cidr({ ...cidr.address, value: networkOf(cidr.address, cidr.length) }, cidr.length),
    ),
  ],
  isCIDR: [global('is_cidr', [stringType], boolType, (text: string) => works(() => readCidr(text)))],
};

class UrlValue extends Opaque {
  readonly type = urlType;
  readonly url: Url;
  readonly text: string;
  constructor(url: Url, text: string) {
    super();
    this.url = url;
    this.text = text;
  }
  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }
  override toString(): string {
    return this.text;
  }
}

function readUrl(text: string): UrlValue {
  const parsed = parseUrl(text);
  if (typeof parsed === 'string')
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${parsed}`,
    );
  return new UrlValue(parsed, text);
}

function queryOf({ url }: UrlValue): EntryMap {
  const map = new EntryMap();
  for (const [name, values] of url.query) map.add(name, new ArrayList([...values]));
  return map;
}

const part = (id: string, read: (url: Url) => string): readonly Overload[] => [
  member(id, [urlType], stringType, ({ url }: UrlValue) => read(url)),
];

/** Kubernetes' functions over URLs. */
export const urls: Table = {
  url: [global('string_to_url', [stringType], urlType, readUrl)],
  getScheme: part('url_get_scheme', (url) => url.scheme),
  getHost: part('url_get_host', (url) => url.host),
  getHostname: part('url_get_hostname', (url) => url.hostname),
  getPort: part('url_get_port', (url) => url.port),
  getEscapedPath: part('url_get_escaped_path', (url) => url.path),
  getQuery: [member('url_get_query', [urlType], mapType(stringType, listType(stringType)), queryOf)],
  isURL: [
    global('is_url_string', [stringType], boolType, (text: string) => typeof parseUrl(text) !== 'string'),
  ],
};
