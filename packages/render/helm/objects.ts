import { GoInt, GoObject, listWithMethods, printValue, typedList, typedMap } from '@plumbline/languages';
import type { GoFunction, GoMap, Member, Value } from '@plumbline/languages';
import type { ChartDependency, ChartMetadata, HelmProfile } from './chart/types.ts';
import type { KubeVersion } from './kube-version.ts';

/** A struct of Go: fields by their names, `json` as its tags say. */
class GoStruct extends GoObject {
  readonly typeName: string;
  private readonly fields: ReadonlyMap<string, Value>;
  private readonly json: GoMap;
  private readonly methods: ReadonlyMap<string, GoFunction>;
  private readonly output: string | undefined;
  /** Fields that `%v` shows, as text; those of `fields` where nothing is said. */
  private readonly printed: string;

  constructor(parts: {
    readonly type: string;
    readonly fields: ReadonlyMap<string, Value>;
    readonly json?: GoMap;
    readonly methods?: ReadonlyMap<string, GoFunction>;
    readonly output?: string;
    readonly printed?: string;
  }) {
    super();
    this.typeName = parts.type;
    this.fields = parts.fields;
    this.json = parts.json ?? new Map(parts.fields);
    this.methods = parts.methods ?? new Map();
    this.output = parts.output;
    this.printed =
      parts.printed ?? `{${[...parts.fields.values()].map((value) => printValue(value)).join(' ')}}`;
  }

  member(name: string): Member | undefined {
    const method = this.methods.get(name);
    if (method !== undefined) return { method };
    const field = this.fields.get(name);
    return field === undefined ? undefined : { field };
  }

  print(): string {
    return this.printed;
  }

  override asOutput(): string {
    return this.output ?? this.printed;
  }

  override asJson(): Value {
    return this.json;
  }
}

/** Helm's set of API versions: a list with `Has`. */
function versionSet(type: string, versions: readonly string[]): Value[] {
  const known = new Set(versions);
  const has: GoFunction = {
    params: ['string'],
    result: 'bool',
    call: ([version]) => typeof version === 'string' && known.has(version),
  };
  return listWithMethods(type, [...versions], new Map([['Has', has]]));
}

const helmVersions = { 3: 'v3.21.4', 4: 'v4.2.4' } as const;
const goVersion = 'go1.26.8';

/** `.Capabilities`. */
export function capabilitiesObject(
  kube: KubeVersion,
  apiVersions: readonly string[],
  profile: HelmProfile,
): GoObject {
  const where = profile === 3 ? 'chartutil' : 'common';
  const kubeVersion = kubeVersionObject(kube, where, profile);
  const versions = versionSet(`${where}.VersionSet`, apiVersions);
  const fields = new Map<string, Value>([
    ['KubeVersion', kubeVersion],
    ['APIVersions', versions],
    ['HelmVersion', helmVersionObject(profile)],
  ]);
  const printed = `&{${[...fields.values()].map((value) => printValue(value)).join(' ')}}`;
  return new GoStruct({ type: `*${where}.Capabilities`, fields, printed });
}

function kubeVersionObject(kube: KubeVersion, where: string, profile: HelmProfile): GoObject {
  const fields = new Map<string, Value>([
    ['Version', kube.version],
    ['Major', kube.major],
    ['Minor', kube.minor],
  ]);
  const text = (call: string): GoFunction => ({ params: [], result: 'string', call: () => call });
  const shown = profile === 3 ? [kube.version] : [kube.version, kube.normalized];
  return new GoStruct({
    type: `${where}.KubeVersion`,
    fields,
    methods: new Map([
      ['GitVersion', text(kube.version)],
      ['String', text(profile === 3 ? kube.version : kube.normalized)],
    ]),
    output: profile === 3 ? kube.version : kube.normalized,
    printed: `{${[...shown, kube.major, kube.minor].join(' ')}}`,
  });
}

function helmVersionObject(profile: HelmProfile): GoObject {
  const version = helmVersions[profile];
  const fields = new Map<string, Value>([
    ['Version', version],
    ['GitCommit', ''],
    ['GitTreeState', ''],
    ['GoVersion', goVersion],
  ]);
  const json: GoMap = new Map<string, Value>([
    ['version', version],
    ['go_version', goVersion],
  ]);
  if (profile === 4) {
    fields.set('KubeClientVersion', 'v1.36');
    json.set('kube_client_version', 'v1.36');
  }
  return new GoStruct({ type: 'version.BuildInfo', fields, json });
}

/** `.Chart`: a struct in Helm 3, a map in Helm 4. */
export function chartObject(metadata: ChartMetadata, isRoot: boolean, profile: HelmProfile): Value {
  return profile === 3 ? chartStruct(metadata, isRoot) : chartMap(metadata, isRoot);
}

/** The fields of the metadata in Go's order, with their JSON names. */
const metadataFields = [
  ['Name', 'name'],
  ['Home', 'home'],
  ['Sources', 'sources'],
  ['Version', 'version'],
  ['Description', 'description'],
  ['Keywords', 'keywords'],
  ['Maintainers', 'maintainers'],
  ['Icon', 'icon'],
  ['APIVersion', 'apiVersion'],
  ['Condition', 'condition'],
  ['Tags', 'tags'],
  ['AppVersion', 'appVersion'],
  ['Deprecated', 'deprecated'],
  ['Annotations', 'annotations'],
  ['KubeVersion', 'kubeVersion'],
  ['Dependencies', 'dependencies'],
  ['Type', 'type'],
] as const;

function annotationsMap(metadata: ChartMetadata): GoMap {
  return typedMap('map[string]string', new Map<string, Value>(metadata.annotations ?? []));
}

function chartStruct(metadata: ChartMetadata, isRoot: boolean): GoObject {
  const lists: Readonly<Record<string, Value>> = {
    sources: typedList('[]string', [...(metadata.sources ?? [])]),
    keywords: typedList('[]string', [...(metadata.keywords ?? [])]),
    maintainers: typedList(
      '[]*chart.Maintainer',
      (metadata.maintainers ?? []).map((each) =>
        struct('*chart.Maintainer', person(each.name, each.email, each.url)),
      ),
    ),
    annotations: annotationsMap(metadata),
    dependencies: typedList(
      '[]*chart.Dependency',
      (metadata.dependencies ?? []).map((entry) => struct('*chart.Dependency', dependencyFields(entry))),
    ),
  };
  const fields = new Map<string, Value>();
  const json: GoMap = new Map();
  for (const [name, key] of metadataFields) {
    const value = lists[key] ?? plain(metadata, key);
    fields.set(name, value);
    if (!isZero(value)) json.set(key, value);
  }
  const inner = new GoStruct({ type: 'chart.Metadata', fields: new Map(fields), json });
  const whole = new Map(fields);
  whole.set('Metadata', inner);
  whole.set('IsRoot', isRoot);
  return new GoStruct({
    type: 'struct { chart.Metadata; IsRoot bool }',
    fields: whole,
    json: new Map(json).set('IsRoot', isRoot),
    printed: `{${inner.print()} ${String(isRoot)}}`,
  });
}

function plain(metadata: ChartMetadata, key: (typeof metadataFields)[number][1]): Value {
  const value = metadata[key];
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function person(name: string, email: string, url: string): readonly (readonly [string, string, Value])[] {
  return [
    ['Name', 'name', name],
    ['Email', 'email', email],
    ['URL', 'url', url],
  ];
}

function dependencyFields(entry: ChartDependency): readonly (readonly [string, string, Value])[] {
  return [
    ['Name', 'name', entry.name],
    ['Version', 'version', entry.version],
    ['Repository', 'repository', entry.repository],
    ['Condition', 'condition', entry.condition],
    ['Tags', 'tags', typedList('[]string', [...entry.tags])],
    ['Enabled', 'enabled', entry.enabled],
    ['ImportValues', 'import-values', [...entry.importValues]],
    ['Alias', 'alias', entry.alias],
  ];
}

function struct(type: string, members: readonly (readonly [string, string, Value])[]): GoObject {
  const json: GoMap = new Map();
  for (const [, key, value] of members) if (key === 'repository' || !isZero(value)) json.set(key, value);
  return new GoStruct({ type, fields: new Map(members.map(([name, , value]) => [name, value])), json });
}

function isZero(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return value === '' || value === false || value === null;
}

function chartMap(metadata: ChartMetadata, isRoot: boolean): GoMap {
  const lists: Readonly<Record<string, Value>> = {
    sources: [...(metadata.sources ?? [])],
    keywords: [...(metadata.keywords ?? [])],
    maintainers: (metadata.maintainers ?? []).map((each) => table(person(each.name, each.email, each.url))),
    annotations: annotationsMap(metadata),
    dependencies: (metadata.dependencies ?? []).map((entry) => table(dependencyFields(entry))),
  };
  const map: GoMap = new Map();
  for (const [name, key] of metadataFields) map.set(name, lists[key] ?? plain(metadata, key));
  map.set('IsRoot', isRoot);
  return map;
}

function table(members: readonly (readonly [string, string, Value])[]): GoMap {
  return new Map(members.map(([name, , value]) => [name, value]));
}

/** `.Release`. */
export function releaseMap(name: string, namespace: string, isUpgrade: boolean): GoMap {
  return new Map<string, Value>([
    ['Name', name],
    ['Namespace', namespace],
    ['IsUpgrade', isUpgrade],
    ['IsInstall', !isUpgrade],
    ['Revision', new GoInt('int', 1n)],
    ['Service', 'Helm'],
  ]);
}
