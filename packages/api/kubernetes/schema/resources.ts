import * as table from './table.gen.ts';

/** A subresource of a built-in resource, such as `status` or `scale`. */
export interface BuiltInSubresource {
  readonly name: string;
  /** What it answers with; another kind than the resource for `scale`, `eviction`, `token`... */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** A built-in resource as discovery shows it. */
export interface BuiltInResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly BuiltInSubresource[];
}

const verbNames: Readonly<Record<string, string>> = {
  c: 'create',
  d: 'delete',
  D: 'deletecollection',
  g: 'get',
  l: 'list',
  p: 'patch',
  u: 'update',
  w: 'watch',
};
const verbOrder = 'cdDglpuw';

function verbsOf(codes: string, subresource = ''): readonly string[] {
  // `connect` (x) stands for the methods of the protocol behind it: any for a proxy, two that open a stream otherwise.
  if (codes.includes('x'))
    return subresource === 'proxy' ? ['create', 'delete', 'get', 'patch', 'update'] : ['create', 'get'];
  return Array.from(verbOrder)
    .filter((code) => codes.includes(code))
    .map((code) => verbNames[code] ?? '');
}

let cached: readonly BuiltInResource[] | undefined;

/** All GA resources of the table. Parsed once: the table is constant. */
export function builtInResources(): readonly BuiltInResource[] {
  return (cached ??= readResources());
}

function readResources(): readonly BuiltInResource[] {
  const main = new Map<string, BuiltInResource & { subresources: BuiltInSubresource[] }>();
  const lines = table.resources.map((line) => {
    const [path = '', gvk = '', namespaced = '', verbs = ''] = line.split(' ');
    const [group = '', version = '', plural = '', sub] = path.split('/');
    const [kindGroup = '', kindVersion = '', kind = ''] = gvk.split('/');
    return {
      group,
      version,
      plural,
      sub,
      kindGroup,
      kindVersion,
      kind,
      namespaced: namespaced === '1',
      verbs,
    };
  });
  for (const line of lines) {
    if (line.sub !== undefined) continue;
    const key = `${line.group}/${line.plural}`;
    main.set(`${line.group}/${line.version}/${line.plural}`, {
      group: line.group,
      version: line.version,
      kind: line.kind,
      plural: line.plural,
      singular: line.kind.toLowerCase(),
      shortNames: table.shortNames[key] ?? [],
      categories: table.categories[key] ?? [],
      namespaced: line.namespaced,
      verbs: verbsOf(line.verbs),
      subresources: [],
    });
  }
  for (const line of lines) {
    if (line.sub === undefined) continue;
    main.get(`${line.group}/${line.version}/${line.plural}`)?.subresources.push({
      name: line.sub,
      group: line.kindGroup,
      version: line.kindVersion,
      kind: line.kind,
      verbs: verbsOf(line.verbs, line.sub),
    });
  }
  return [...main.values()];
}
