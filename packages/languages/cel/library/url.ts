/** The parts of a URL. */
export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  /** As written. */
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
}

/** Reads an absolute URL or an absolute path as Go's `url.ParseRequestURI` does; a text says what is wrong. */
export function parseUrl(text: string): Url | string {
  // oxlint-disable-next-line no-control-regex -- what Go refuses
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'net/url: invalid control character in URL';
  if (text === '') return 'empty url';
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined && text.startsWith(':')) return 'missing protocol scheme';
  if (scheme === undefined && /^[^/]*:/.test(text) && !text.startsWith('/'))
    return /^[a-zA-Z]/.test(text)
      ? 'first path segment in URL cannot contain colon'
      : 'missing protocol scheme';
  const afterScheme = scheme === undefined ? text : text.slice(scheme.length + 1);
  const hash = afterScheme.indexOf('#');
  const bare = hash < 0 ? afterScheme : afterScheme.slice(0, hash);
  const mark = bare.indexOf('?');
  const rest = mark < 0 ? bare : bare.slice(0, mark);
  if (!rest.startsWith('/')) {
    if (scheme === undefined) return 'invalid URI for request';
    return { ...nowhere, scheme: scheme.toLowerCase() };
  }
  const authority =
    (scheme !== undefined || !rest.startsWith('///')) && rest.startsWith('//')
      ? /^\/\/([^/]*)/.exec(rest)![1]!
      : '';
  const hasAuthority = scheme !== undefined && rest.startsWith('//');
  const path = hasAuthority ? rest.slice(2 + authority.length) : rest;
  const host = hasAuthority ? readHost(authority) : { host: '', hostname: '', port: '' };
  if (typeof host === 'string') return host;
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(path);
  if (escape !== null) return `invalid URL escape ${JSON.stringify(escape[0])}`;
  return {
    ...host,
    scheme: (scheme ?? '').toLowerCase(),
    path: escapePath(path),
    query: readQuery(mark < 0 ? '' : bare.slice(mark + 1)),
  };
}

const nowhere: Url = { scheme: '', host: '', hostname: '', port: '', path: '', query: new Map() };

/** Go escapes what may not stand in a path, unless all that needs it is escaped already. */
function escapePath(path: string): string {
  return path.replaceAll(/[^\w\-.~$&+,/:;=@!*'()%[\]]/gu, (character) => encodeURIComponent(character));
}

function readHost(authority: string): Pick<Url, 'host' | 'hostname' | 'port'> | string {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[\w\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at)))
    return 'net/url: invalid userinfo';
  const host = authority.slice(at + 1);
  const bracket = /^\[([^\]]*)\](.*)$/.exec(host);
  if (host.startsWith('[') && bracket === null) return "missing ']' in host";
  const portPart = bracket === null ? (/:[^:]*$/.exec(host)?.[0] ?? '') : bracket[2]!;
  if (portPart !== '' && !/^:\d*$/.test(portPart))
    return `invalid port ${JSON.stringify(portPart)} after host`;
  const odd = /[ "<>\\^`{|}]/.exec(host)?.[0];
  if (odd !== undefined) return `invalid character ${JSON.stringify(odd)} in host name`;
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(host);
  if (escape !== null) return `invalid URL escape ${JSON.stringify(escape[0])}`;
  const hostname = bracket === null ? host.slice(0, host.length - portPart.length) : bracket[1]!;
  return { host, hostname, port: portPart.slice(1) };
}

function readQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals));
    const value = unescape(equals < 0 ? '' : pair.slice(equals + 1));
    if (name === undefined || value === undefined) continue;
    query.set(name, [...(query.get(name) ?? []), value]);
  }
  return query;
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
