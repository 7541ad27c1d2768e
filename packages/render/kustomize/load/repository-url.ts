/** A Git repository, a folder in it and a revision, as one text that a kustomization may name as a base. */
export interface RepositoryUrl {
  /** As it was written. */
  readonly raw: string;
  /** What `git clone` would be given. */
  readonly clone: string;
  /** The folder in the repository; '' is its root. */
  readonly path: string;
  /** Branch, tag or commit; '' is the default branch. */
  readonly ref: string;
  readonly submodules: boolean;
  /** What `timeout` asks for; undefined: the default. */
  readonly timeoutMs?: number;
}

const schemes = ['ssh://', 'https://', 'http://', 'file://'];

/** Reads a repository's URL with kustomize's rules; undefined for what is none (a path, most often). */
export function parseRepositoryUrl(text: string): RepositoryUrl | undefined {
  if (text.startsWith('/')) return undefined;
  const cut = text.indexOf('?');
  const query = cut < 0 ? '' : text.slice(cut + 1);
  const host = splitHost(cut < 0 ? text : text.slice(0, cut));
  if (host === undefined) return undefined;
  const parts = splitPath(host.rest, host.host.startsWith('file://'));
  if (parts === undefined || parts.repository === '') return undefined;
  const path = cleanFolder(parts.path);
  if (path === undefined) return undefined;
  const parameters = parseQuery(query);
  const timeoutMs = timeoutOf(parameters.get('timeout') ?? '');
  return {
    raw: text,
    clone: host.host + parts.repository,
    path,
    ref: parameters.get('ref') || parameters.get('version') || '',
    submodules: !/^(?:0|f|F|false|FALSE|False)$/.test(parameters.get('submodules') ?? ''),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Seconds, or a duration as Go writes them (`1m30s`); what is neither, and what is not more than nothing, is the default. */
function timeoutOf(text: string): number | undefined {
  if (/^\+?\d+$/.test(text)) return Number(text) > 0 ? Number(text) * 1000 : undefined;
  if (!/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit = ''] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(number) * (unitMs[unit] ?? 0);
  return ms > 0 ? ms : undefined;
}

/** Whether a URL says of itself that it is a repository's, so that nobody has to ask whether it is a file. */
export function isMarkedRepository(text: string): boolean {
  if (parseRepositoryUrl(text) === undefined) return false;
  if (!isWebUrl(text)) return true;
  const [address = '', query = ''] = text.split('?', 2);
  if (/\.(?:ya?ml|json)$/i.test(address)) return false;
  const path = address.replace(/^https?:\/\/[^/]*\/?/i, '');
  return /\.git(?:\/|$)|_git\/|\/\//.test(path) || /(?:^|&)(?:ref|version|submodules)=/.test(query);
}

/** Whether a text names one file on the web. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) || /^https?:/i.test(text);
}

function splitHost(text: string): { readonly host: string; readonly rest: string } | undefined {
  let rest = /^git::/i.test(text) ? text.slice('git::'.length) : text;
  const scheme = schemes.find((one) => rest.slice(0, one.length).toLowerCase() === one) ?? '';
  rest = rest.slice(scheme.length);
  const user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(rest)?.[0] ?? '';
  rest = rest.slice(user.length);
  const github = /^github\.com[/:]/i.test(rest);
  const scp = scheme === '' && (user !== '' || github);
  if (scheme === '' && !scp) return undefined;
  if (scheme === 'file://') return { host: scheme, rest: user + rest };
  const separator = hostEnd(rest, scp);
  const host = separator < 0 ? rest : rest.slice(0, separator + 1);
  rest = separator < 0 ? '' : rest.slice(separator + 1);
  if (host === '') return undefined;
  if (!github) return { host: scheme + user + host, rest };
  // GitHub's URLs are brought into one of two forms.
  const overSsh = scheme === 'ssh://' || user !== '';
  return { host: overSsh ? `${user}github.com:` : 'https://github.com/', rest };
}

function hostEnd(text: string, scp: boolean): number {
  const slash = text.indexOf('/');
  if (!scp) return slash;
  const colon = text.indexOf(':');
  return slash < 0 || (colon > 0 && colon < slash) ? colon : slash;
}

function splitPath(
  text: string,
  whole: boolean,
): { readonly repository: string; readonly path: string } | undefined {
  const azure = text.indexOf('_git/');
  if (azure >= 0) {
    const start = azure + '_git/'.length;
    const [name = '', ...rest] = text.slice(start).split('/');
    return { repository: text.slice(0, start) + name, path: rest.join('/') };
  }
  const double = text.indexOf('//');
  if (double >= 0) return { repository: text.slice(0, double), path: text.slice(double + 2) };
  const suffix = text.indexOf('.git');
  if (suffix >= 0) return { repository: text.slice(0, suffix + 4), path: text.slice(suffix + 4) };
  if (whole) return { repository: text, path: '' };
  // Without a mark the repository is an owner and a name.
  const segments = text.split('/');
  if (segments.length < 2) return undefined;
  return { repository: segments.slice(0, 2).join('/'), path: segments.slice(2).join('/') };
}

/** The folder without `.` and `..`; undefined when it lies outside of the repository. */
function cleanFolder(path: string): string | undefined {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return kept.join('/');
}

function parseQuery(query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...rest] = pair.split('=');
    if (name !== '' && !found.has(name)) found.set(name, unescape(rest.join('=')));
  }
  return found;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
