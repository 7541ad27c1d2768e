/** A repository of an OCI registry. */
export interface OciRepository {
  /** `http://` or `https://` with host and port. */
  readonly origin: string;
  /** `team/charts/web`. */
  readonly path: string;
}

const pathPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** `oci://host/path` or `host/path`; undefined: it is none. `plainHttp` is for registries without TLS. */
export function ociRepository(address: string, plainHttp: boolean): OciRepository | undefined {
  const text = address.replace(/^oci:\/\//, '').replace(/\/+$/, '');
  const slash = text.indexOf('/');
  if (slash <= 0) return undefined;
  const host = text.slice(0, slash);
  const path = text.slice(slash + 1);
  if (!/^[\w.-]+(?::\d+)?$/.test(host) || !pathPattern.test(path)) return undefined;
  return { origin: `${plainHttp ? 'http' : 'https'}://${apiHost(host)}`, path: libraryPath(host, path) };
}

/** What people call docker.io answers elsewhere. */
function apiHost(host: string): string {
  return host === 'docker.io' || host === 'index.docker.io' ? 'registry-1.docker.io' : host;
}

function libraryPath(host: string, path: string): string {
  return apiHost(host) === 'registry-1.docker.io' && !path.includes('/') ? `library/${path}` : path;
}
