import { GoError, fromByteString, isAscii, kindName, quoteString, toByteString } from '../go/index.ts';
import type { GoFunction, GoMap, Value } from '../go/index.ts';
import { fn, nilDereference, panic } from './define.ts';

/** URLs as net/url takes them apart; nothing is normalised. */
export const urlFunctions: Readonly<Record<string, GoFunction>> = {
  urlParse: fn(['string'], 'map', (text) => {
    try {
      return partsOf(text);
    } catch (thrown) {
      if (!(thrown instanceof UrlError)) throw thrown;
      return panic(`unable to parse url: parse ${quoteString(thrown.of ?? text)}: ${thrown.message}`);
    }
  }),
  urlJoin: fn(['map'], 'string', (parts) => joinUrl(parts ?? new Map())),
};

interface User {
  readonly name: string;
  readonly password: string | undefined;
}

interface Url {
  scheme: string;
  opaque: string;
  user: User | undefined;
  host: string;
  path: string;
  query: string;
  fragment: string;
}

/** What is wrong with a URL; `of` is what Go says it was reading. */
class UrlError extends Error {
  readonly of: string | undefined;

  constructor(message: string, of?: string) {
    super(message);
    this.of = of;
  }
}

function partsOf(text: string): GoMap {
  const url = parseUrl(toByteString(text));
  const part = (name: string, value: string): [string, Value] => [name, fromByteString(value)];
  return new Map([
    part('scheme', url.scheme),
    part('host', url.host),
    part('hostname', hostName(url.host)),
    part('path', url.path),
    part('query', url.query),
    part('opaque', url.opaque),
    part('fragment', url.fragment),
    part('userinfo', url.user === undefined ? '' : userText(url.user)),
  ]);
}

/** Works on byte strings. */
function parseUrl(text: string): Url {
  const hash = text.indexOf('#');
  const before = hash < 0 ? text : text.slice(0, hash);
  const url: Url = { scheme: '', opaque: '', user: undefined, host: '', path: '', query: '', fragment: '' };
  try {
    parseWithoutFragment(before, url);
  } catch (thrown) {
    throw thrown instanceof UrlError ? new UrlError(thrown.message, fromByteString(before)) : thrown;
  }
  if (hash >= 0) url.fragment = unescape(text.slice(hash + 1), 'fragment');
  return url;
}

function parseWithoutFragment(text: string, url: Url): void {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f)
      throw new UrlError('net/url: invalid control character in URL');
  if (text === '*') {
    url.path = '*';
    return;
  }
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0];
  if (scheme === undefined && text.startsWith(':')) throw new UrlError('missing protocol scheme');
  url.scheme = (scheme ?? ':').slice(0, -1).toLowerCase();
  let rest = text.slice(scheme?.length ?? 0);
  const mark = rest.indexOf('?');
  if (mark >= 0) {
    url.query = rest.slice(mark + 1);
    rest = rest.slice(0, mark);
  }
  if (!rest.startsWith('/')) {
    if (url.scheme !== '') {
      url.opaque = rest;
      return;
    }
    if ((rest.split('/', 1)[0] ?? '').includes(':'))
      throw new UrlError('first path segment in URL cannot contain colon');
  }
  if (rest.startsWith('//') && (url.scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2);
    parseAuthority(slash < 0 ? rest.slice(2) : rest.slice(2, slash), url);
    rest = slash < 0 ? '' : rest.slice(slash);
  }
  url.path = unescape(rest, 'path');
}

function parseAuthority(authority: string, url: Url): void {
  const at = authority.lastIndexOf('@');
  url.host = parseHost(authority.slice(at + 1), url.scheme);
  if (at < 0) return;
  const text = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new UrlError('net/url: invalid userinfo');
  const colon = text.indexOf(':');
  url.user =
    colon < 0
      ? { name: unescape(text, 'user'), password: undefined }
      : { name: unescape(text.slice(0, colon), 'user'), password: unescape(text.slice(colon + 1), 'user') };
}

function parseHost(host: string, scheme: string): string {
  // What people browse may have one colon only.
  const isStrict = scheme === 'http' || scheme === 'https';
  const portAt = host.startsWith('[')
    ? host.lastIndexOf(']') + 1
    : isStrict
      ? host.indexOf(':')
      : host.lastIndexOf(':');
  if (host.startsWith('[') && portAt === 0) throw new UrlError("missing ']' in host");
  if (portAt >= 0 && !isOptionalPort(host.slice(portAt)))
    throw new UrlError(`invalid port ${quoteString(host.slice(portAt))} after host`);
  const zone = host.startsWith('[') ? host.slice(0, portAt).indexOf('%25') : -1;
  if (zone < 0) return unescape(host, 'host');
  return (
    unescape(host.slice(0, zone), 'host') +
    unescape(host.slice(zone, portAt - 1), 'zone') +
    unescape(host.slice(portAt - 1), 'host')
  );
}

function isOptionalPort(text: string): boolean {
  return /^(?::[0-9]*)?$/.test(text);
}

function hostName(hostPort: string): string {
  const colon = hostPort.lastIndexOf(':');
  const host = colon >= 0 && isOptionalPort(hostPort.slice(colon)) ? hostPort.slice(0, colon) : hostPort;
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

type Place = 'path' | 'host' | 'zone' | 'user' | 'fragment';

/** What may stand unescaped in a place, beside letters, digits and `-_.~`. */
const allowed: Readonly<Record<Place, string>> = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
};

function mayStand(character: string, place: Place): boolean {
  return /^[A-Za-z0-9\-_.~]$/.test(character) || allowed[place].includes(character);
}

function unescape(text: string, place: Place): string {
  const isHost = place === 'host' || place === 'zone';
  for (const [i, character] of Array.from(text).entries())
    if (character === '%') checkEscape(text.slice(i, i + 3), place);
    else if (isHost && character < '\u0080' && !mayStand(character, place))
      throw new UrlError(`invalid character ${quoteString(character)} in host name`);
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function checkEscape(escape: string, place: Place): void {
  const wrong = new UrlError(`invalid URL escape ${quoteString(fromByteString(escape))}`);
  if (!/^%[0-9A-Fa-f]{2}$/.test(escape)) throw wrong;
  const code = Number.parseInt(escape.slice(1), 16);
  // A host may only escape what is no ASCII, and the percent sign before a zone.
  if (place === 'host' && code < 0x80 && escape !== '%25') throw wrong;
  if (place === 'zone' && escape !== '%25' && code !== 0x20 && !mayStand(String.fromCharCode(code), 'host'))
    throw wrong;
}

function escape(text: string, place: Place): string {
  const bytes = toByteString(text);
  return Array.from(bytes, (byte) =>
    isAscii(byte) && mayStand(byte, place)
      ? byte
      : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** Go's Userinfo.String; on byte strings. */
function userText({ name, password }: User): string {
  const escaped = (text: string): string => escape(fromByteString(text), 'user');
  return escaped(name) + (password === undefined ? '' : `:${escaped(password)}`);
}

function joinUrl(parts: GoMap): string {
  const [scheme, host, path, query, opaque, fragment] = [
    textPart(parts, 'scheme'),
    textPart(parts, 'host'),
    textPart(parts, 'path'),
    textPart(parts, 'query'),
    textPart(parts, 'opaque'),
    textPart(parts, 'fragment'),
  ];
  const user = userPart(textPart(parts, 'userinfo'));
  const tail =
    (query === '' ? '' : `?${query}`) + (fragment === '' ? '' : `#${escape(fragment, 'fragment')}`);
  const head = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') return head + opaque + tail;
  const hasAuthority = host !== '' || user !== undefined || (scheme !== '' && path !== '');
  const authority = hasAuthority ? `//${user === undefined ? '' : `${user}@`}${escape(host, 'host')}` : '';
  const escapedPath = path === '*' ? '*' : escape(path, 'path');
  const start = head + authority;
  if (escapedPath !== '' && !escapedPath.startsWith('/') && host !== '')
    return `${start}/${escapedPath}${tail}`;
  const isColonFirst = start === '' && (escapedPath.split('/', 1)[0] ?? '').includes(':');
  return `${start}${isColonFirst ? './' : ''}${escapedPath}${tail}`;
}

function textPart(parts: GoMap, key: string): string {
  if (!parts.has(key)) return '';
  const value = parts.get(key) ?? null;
  if (typeof value === 'string') return value;
  if (value === null) return nilDereference();
  return panic(`unable to parse ${key} key, must be of type string, but ${kindName(value)} found`);
}

/** Upstream reads the user information by parsing a URL made for it. */
function userPart(text: string): string | undefined {
  if (text === '') return undefined;
  const whole = `proto://${text}@host`;
  try {
    const { user } = parseUrl(toByteString(whole));
    return user === undefined ? undefined : fromByteString(userText(user));
  } catch (thrown) {
    if (!(thrown instanceof UrlError)) throw thrown;
    throw new GoError(
      `unable to parse userinfo in dict: parse ${quoteString(thrown.of ?? whole)}: ${thrown.message}`,
      { panic: true },
    );
  }
}
