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
  const parts = path.split('/');
  if (parts.length > 2 && parts[parts.length - 1] === '') parts.pop();
  if (parts[1] === 'api')
    return parts.length < 3 ? { type: 'other' } : inVersion('', parts[2] ?? '', parts, 3);
  if (parts[1] !== 'apis' || parts.length < 3) return { type: 'other' };
  const group = parts[2] ?? '';
  if (parts.length === 3) return { type: 'group', group };
  return inVersion(group, parts[3] ?? '', parts, 4);
}

/** `at`: where what comes after the version begins. */
function inVersion(group: string, version: string, parts: string[], at: number): Route {
  if (parts.length === at) return { type: 'version', group, version };
  for (let index = at; index < parts.length; index++) parts[index] = decode(parts[index]!);
  const watch = parts[at] === 'watch' && parts.length > at + 1;
  const start = watch ? at + 1 : at;
  const length = parts.length - start;
  const third = parts[start + 2];
  // `namespaces/NS/RESOURCE...`, but `namespaces/NS`, `namespaces/NS/status` and `.../finalize` are about the namespace.
  const namespaced =
    parts[start] === 'namespaces' &&
    length > 2 &&
    !(group === '' && length === 3 && (third === 'status' || third === 'finalize'));
  const rest = namespaced ? start + 2 : start;
  return {
    type: 'resource',
    group,
    version,
    watch,
    namespaced,
    namespace: namespaced ? (parts[start + 1] ?? '') : '',
    plural: parts[rest] ?? '',
    name: parts[rest + 1] ?? '',
    subresource: parts.length <= rest + 2 ? '' : parts.slice(rest + 2).join('/'),
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
