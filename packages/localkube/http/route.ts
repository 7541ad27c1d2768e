/** Where a path leads. */
export type Route =
  | {
      readonly type: 'resource';
      readonly group: string;
      readonly version: string;
      readonly plural: string;
      /** '' in cluster scope or for all namespaces. */
      readonly namespace: string;
      /** Whether the path names a namespace. */
      readonly namespaced: boolean;
      readonly name: string;
      readonly subresource: string;
      /** The old `/watch/` paths. */
      readonly watch: boolean;
    }
  | { readonly type: 'version'; readonly group: string; readonly version: string }
  | { readonly type: 'group'; readonly group: string }
  | { readonly type: 'other' };

/** Reads a path without its query. */
export function routeOf(path: string): Route {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '' && parts.length > 1) parts.pop();
  if (parts[0] === 'api')
    return parts.length < 2 ? { type: 'other' } : inVersion('', parts[1] ?? '', parts.slice(2));
  if (parts[0] !== 'apis' || parts.length < 2) return { type: 'other' };
  const group = parts[1] ?? '';
  if (parts.length === 2) return { type: 'group', group };
  return inVersion(group, parts[2] ?? '', parts.slice(3));
}

function inVersion(group: string, version: string, given: readonly string[]): Route {
  if (given.length === 0) return { type: 'version', group, version };
  let parts = given.map(decode);
  const watch = parts[0] === 'watch' && parts.length > 1;
  if (watch) parts = parts.slice(1);
  const base = { type: 'resource' as const, group, version, watch };
  // `namespaces/NS/RESOURCE...`, but `namespaces/NS`, `namespaces/NS/status` and `.../finalize` are about the namespace.
  const within =
    parts[0] === 'namespaces' &&
    parts.length > 2 &&
    !(group === '' && parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize'));
  const rest = within ? parts.slice(2) : parts;
  return {
    ...base,
    namespaced: within,
    namespace: within ? (parts[1] ?? '') : '',
    plural: rest[0] ?? '',
    name: rest[1] ?? '',
    subresource: rest.slice(2).join('/'),
  };
}

function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
