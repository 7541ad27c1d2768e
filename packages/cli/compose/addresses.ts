import { join } from 'node:path';

/**
 * Where a repository address leads when the embedded Git server hosts it: the address it listens on, or any in-cluster
 * one (`*.svc`, `*.svc.cluster.local`). The embedded cluster has no other Git server that such a name could mean.
 */
export function embeddedRepositoryPath(repoURL: string, own: () => string | undefined): string | undefined {
  let url: URL;
  try {
    url = new URL(repoURL);
  } catch {
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (/\.svc(\.cluster\.local)?$/.test(url.hostname)) return trim(url.pathname);
  const base = own();
  if (base === undefined) return undefined;
  const server = new URL(base);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const prefix = `${server.pathname.replace(/\/$/, '')}/`;
  return isLoopback && url.port === server.port && url.pathname.startsWith(prefix)
    ? trim(url.pathname.slice(prefix.length))
    : undefined;
}

function trim(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/** Files that come with the product, seen from the bundle in `dist/` or a chunk of it in `dist/chunks/`. */
export function productFile(...parts: readonly string[]): string {
  const folder = new URL('.', import.meta.url).pathname;
  return join(folder, folder.endsWith('/dist/chunks/') ? '../..' : '..', ...parts);
}
