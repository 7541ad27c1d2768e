import type { KubeObject } from '@plumbline/api';
import { builtInResources, schemaFor } from '@plumbline/api/schema';
import type { BuiltInResource, BuiltInSubresource, TypedNode } from '@plumbline/api/schema';
import type { Converter } from '../crd/conversion.ts';
import type { CompiledVersion } from '../crd/types.ts';
import { compareVersions } from './version-order.ts';
import { conversionFor } from './convert.ts';
import type { KindHooks, Resource } from './types.ts';

/** A resource in one of its versions, as the registry works with it. */
export interface Served extends Resource {
  readonly subresourceList: readonly BuiltInSubresource[];
  /** Where its objects are kept; several versions, and the two event groups, share a table. */
  readonly storage: { readonly group: string; readonly version: string; readonly kind: string };
  /** Built-in kinds only. */
  readonly typed?: TypedNode;
  /** Custom kinds only. */
  readonly compiled?: CompiledVersion;
  /** Custom kinds whose versions a webhook converts: what is not known yet is asked for by `ConversionNeeded`. */
  readonly converter?: Converter;
  /** The version that clients should use. */
  readonly preferred: boolean;
  fromStorage(object: KubeObject): KubeObject;
  toStorage(object: KubeObject): KubeObject;
}

export interface ServedGroup {
  readonly name: string;
  /** Most preferred first. */
  readonly versions: readonly string[];
}

/** Every resource that is served now. */
export interface Catalogue {
  find(group: string, version: string, plural: string): Served | undefined;
  /** By kind, in the version given or else the one that is stored. */
  byKind(group: string, kind: string, version?: string): Served | undefined;
  all(): readonly Served[];
  resourcesOf(group: string, version: string): readonly Served[];
  groups(): readonly ServedGroup[];
  /** Counts changes, for caches. */
  readonly revision: number;
  /** Sets the versions of a custom resource; none removes it. */
  define(group: string, plural: string, versions: readonly Served[]): void;
}

/** Kinds that are not stored: their requests are answered by functions. */
const answered = new Set([
  'Binding',
  'ComponentStatus',
  'SelfSubjectReview',
  'TokenReview',
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
]);

export function isStored(resource: Pick<Resource, 'kind' | 'custom'>): boolean {
  return resource.custom || !answered.has(resource.kind);
}

export function makeCatalogue(hooks: (group: string, kind: string) => KindHooks | undefined): Catalogue {
  const builtIn = builtInResources().map((resource) =>
    servedBuiltIn(resource, hooks(resource.group, resource.kind) ?? {}),
  );
  const custom = new Map<string, readonly Served[]>();
  let revision = 1;
  let all: readonly Served[] = [];
  // By their most telling part alone, because every request asks; the few that share it are told apart by looking.
  let byPlural = new Map<string, Served[]>();
  let byKind = new Map<string, Served[]>();
  let groups: readonly ServedGroup[] = [];

  const rebuild = (): void => {
    all = [...builtIn, ...[...custom.values()].flat()];
    byPlural = new Map();
    byKind = new Map();
    // What was defined last comes first.
    for (const one of all.toReversed()) {
      byPlural.set(one.plural, [...(byPlural.get(one.plural) ?? []), one]);
      byKind.set(one.kind, [...(byKind.get(one.kind) ?? []), one]);
    }
    const versions = new Map<string, Set<string>>();
    for (const one of all) {
      const known = versions.get(one.group) ?? new Set<string>();
      known.add(one.version);
      versions.set(one.group, known);
    }
    groups = [...versions]
      .map(([name, set]) => ({ name, versions: [...set].sort(compareVersions) }))
      .sort(compareGroups);
  };
  rebuild();

  return {
    find(group, version, plural) {
      for (const one of byPlural.get(plural) ?? none)
        if (one.version === version && one.group === group) return one;
      return undefined;
    },
    byKind(group, kind, version = '') {
      const named = byKind.get(kind);
      if (version !== '') return named?.find((one) => one.version === version && one.group === group);
      return (
        named?.find((one) => one.storage.version === one.version && one.group === group) ??
        named?.findLast((one) => one.group === group)
      );
    },
    all: () => all,
    resourcesOf: (group, version) =>
      all
        .filter((one) => one.group === group && one.version === version)
        .toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
    groups: () => groups,
    get revision() {
      return revision;
    },
    define(group, plural, list) {
      revision++;
      if (list.length === 0) custom.delete(`${group}/${plural}`);
      else custom.set(`${group}/${plural}`, list);
      rebuild();
    },
  };
}

const none: readonly Served[] = [];

/** The order in which the real server lists its own groups; kubectl resolves ambiguous names by it. */
const groupOrder = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

function compareGroups(a: ServedGroup, b: ServedGroup): number {
  const [left, right] = [a, b].map(({ name }) =>
    groupOrder.includes(name) ? groupOrder.indexOf(name) : groupOrder.length,
  );
  return left! - right! || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function servedBuiltIn(resource: BuiltInResource, hooks: KindHooks): Served {
  let typed: TypedNode | undefined;
  const read = (): TypedNode => (typed ??= schemaFor(resource) ?? { type: 'object' });
  return {
    ...hooks,
    ...conversionFor(resource.group, resource.version, resource.kind),
    group: resource.group,
    version: resource.version,
    kind: resource.kind,
    listKind: `${resource.kind}List`,
    plural: resource.plural,
    singular: resource.singular,
    shortNames: resource.shortNames,
    categories: resource.categories,
    namespaced: resource.namespaced,
    verbs: resource.verbs,
    subresources: resource.subresources.map((sub) => sub.name),
    subresourceList: resource.subresources,
    // A program that starts needs the shapes of few of them.
    get schema() {
      return read();
    },
    get typed() {
      return read();
    },
    custom: false,
    preferred: true,
  };
}
