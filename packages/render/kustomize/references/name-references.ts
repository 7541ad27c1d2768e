import { isRecord } from '@plumbline/base';
import type { OriginStep } from '@plumbline/api';
import type { ResourceMap } from '../accumulate/resource-map.ts';
import { defaultLayer } from '../accumulate/config.ts';
import { applyToFieldSpec, splitPath } from '../fields/index.ts';
import { isMapping, putField } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import {
  currentId,
  gvkOf,
  gvkSelected,
  idText,
  nameOf,
  namespaceOf,
  noNamespaceAtAll,
  originalId,
  scalarText,
} from '../resource.ts';
import type { JsonObject, ResId, Resource } from '../resource.ts';
import { acting } from '../transformers/plugin.ts';
import type { StepOf, TransformContext } from '../transformers/plugin.ts';
import type { NameBackReferences } from '../types.ts';
import { candidateOf, selectReferral } from './sieve.ts';
import type { Candidate, Reference } from './sieve.ts';

/**
 * Follows changed names: wherever a field may hold the name of another resource, and holds one that this resource had in an
 * earlier layer, it gets the name of today.
 */
export function fixNameReferences(
  map: ResourceMap,
  backReferences: readonly NameBackReferences[],
  context: TransformContext,
): void {
  const candidates = map.resources.map(candidateOf);
  // Also where no name has changed: what cannot hold a name is complained about.
  const byName = indexByPreviousName(candidates);
  const index =
    backReferences === defaultLayer.nameReference ? defaultReferences : indexReferences(backReferences);
  for (const referrer of candidates) {
    const references = referencesOf(index, originalId(referrer.resource), referrer.resource.object);
    if (references.length === 0) continue;
    const reach = reachOf(referrer);
    const followed = new Map<string, Resource>();
    const step: StepOf = (pointer, object) => followedStep(followed, valueAt(object, pointer));
    acting(context, referrer.resource, step, () => {
      for (const reference of references)
        fixField({ referrer, reference, byName, candidates, reach, followed });
    });
  }
}

/** A name that was followed comes from where the resource that it names was written. */
function followedStep(followed: ReadonlyMap<string, Resource>, value: unknown): OriginStep {
  const referral = followed.get(scalarText(value));
  const { file, line } = referral?.written ?? { file: 'names', line: undefined };
  const detail = referral === undefined ? 'a name' : `the name of ${scalarText(referral.object['kind'])}`;
  return { act: 'transformer', file, detail, ...(line === undefined ? {} : { line }) };
}

function valueAt(object: JsonObject, pointer: string): unknown {
  let at: unknown = object;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    at = typeof at === 'object' && at !== null ? (at as JsonObject)[key] : undefined;
  }
  return at;
}

function indexByPreviousName(candidates: readonly Candidate[]): Map<string, Candidate[]> {
  const index = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const name of new Set(candidate.previous.map((id) => id.name))) {
      const bucket = index.get(name);
      if (bucket === undefined) index.set(name, [candidate]);
      else bucket.push(candidate);
    }
  }
  return index;
}

/** References by the kind of the referrer; those for any kind stand under an empty one. */
type ReferenceIndex = ReadonlyMap<string, readonly Reference[]>;

function indexReferences(backReferences: readonly NameBackReferences[]): ReferenceIndex {
  const index = new Map<string, Reference[]>();
  let order = 0;
  for (const target of backReferences) {
    for (const spec of target.fieldSpecs) {
      const reference = {
        order: order++,
        spec,
        target,
        parts: splitPath(spec.path).map((part) => part.replace(/\[\]$/, '')),
      };
      const bucket = index.get(spec.kind);
      if (bucket === undefined) index.set(spec.kind, [reference]);
      else bucket.push(reference);
    }
  }
  return index;
}

/** Nearly all builds know no other references than these. */
const defaultReferences = indexReferences(defaultLayer.nameReference);

/** The references that an object may hold: of its original kind, with a field to hold them. */
function referencesOf(index: ReferenceIndex, id: ResId, object: JsonObject): readonly Reference[] {
  const fits = ({ spec, parts }: Reference): boolean => gvkSelected(id, spec) && mayHave(object, parts);
  const own = index.get(id.kind) ?? [];
  const any = index.get('') ?? [];
  if (any.length === 0) return own.filter(fits);
  return [...own, ...any].filter(fits).sort((a, b) => a.order - b.order);
}

/** Whether a path can lead anywhere. Lists on the way are not looked into. */
function mayHave(object: JsonObject, parts: readonly string[]): boolean {
  let at: unknown = object;
  for (const part of parts) {
    if (!isRecord(at)) return at !== undefined && at !== null;
    if (!Object.hasOwn(at, part)) return false;
    at = at[part];
  }
  return at !== undefined && at !== null;
}

/** Which resources a referrer can mean at all: those of its namespace, those of none, and accounts that a binding names. */
function reachOf(referrer: Candidate): (candidate: Candidate) => boolean {
  if (referrer.id.clusterScoped === true) return () => true;
  const accounts = accountNamespaces(referrer.resource);
  return ({ id, namespace, resource }) =>
    id.clusterScoped === true ||
    namespace === referrer.namespace ||
    (accounts.size > 0 && accounts.has(namespaceOf(resource.object)));
}

function accountNamespaces(resource: Resource): ReadonlySet<string> {
  const namespaces = new Set<string>();
  const { kind, subjects } = resource.object;
  if (kind !== 'RoleBinding' || !Array.isArray(subjects)) return namespaces;
  for (const subject of subjects as readonly unknown[]) {
    if (!isRecord(subject) || subject['kind'] !== 'ServiceAccount' || !('namespace' in subject)) continue;
    const { namespace } = subject;
    if (typeof namespace !== 'string')
      throw new KustomizeError(
        `Invalid Input: namespace is blank for resource ${JSON.stringify(idText(currentId(resource)))}\n`,
        { where: resource.written },
      );
    namespaces.add(namespace);
  }
  return namespaces;
}

interface Following {
  readonly referrer: Candidate;
  readonly reference: Reference;
  readonly byName: ReadonlyMap<string, readonly Candidate[]>;
  readonly candidates: readonly Candidate[];
  readonly reach: (candidate: Candidate) => boolean;
  /** The resources whose names were written, by these. */
  readonly followed: Map<string, Resource>;
}

function fixField(following: Following): void {
  const { referrer, reference } = following;
  const gvk = gvkOf(referrer.resource.object);
  const spec = { ...reference.spec, ...gvk };
  try {
    applyToFieldSpec(referrer.resource.object, spec, (value) => fixValue(following, value));
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw thrown.prefixed(
      `updating name reference in '${reference.spec.path}' field of '${idText(currentId(referrer.resource))}'`,
    );
  }
}

function fixValue(following: Following, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) {
    value.forEach((item: unknown, i) => {
      if (item === null) return;
      if (Array.isArray(item))
        throw new KustomizeError('is expected to be either a string or a map of string');
      value[i] = isMapping(item) ? fixMapping(following, item) : fixName(following, item);
    });
    return value;
  }
  return isMapping(value) ? fixMapping(following, value) : fixName(following, value);
}

function fixName(following: Following, value: unknown): unknown {
  const old = scalarText(value);
  const named = following.byName.get(old)?.filter(following.reach) ?? [];
  const referral = selectReferral(following, old, named, (one) => nameOf(one.object));
  if (referral === undefined) return value;
  referral.refBy.push(idText(currentId(following.referrer.resource)));
  const name = nameOf(referral.object);
  following.followed.set(name, referral);
  return name === old ? value : name;
}

/** A reference that is a mapping names a namespace as well, and gets the one of today. */
function fixMapping(following: Following, mapping: JsonObject): JsonObject {
  if (!('name' in mapping)) throw new KustomizeError("path config error; no 'name' field in node");
  const old = scalarText(mapping['name']);
  const named = following.byName.get(old) ?? [];
  const reachable = inNamespace(following, mapping, named.filter(following.reach));
  const referral = selectReferral(
    following,
    old,
    reachable,
    (one) => `${nameOf(one.object)}\n${namespaceOf(one.object)}`,
  );
  if (referral === undefined) return mapping;
  referral.refBy.push(idText(currentId(following.referrer.resource)));
  const name = nameOf(referral.object);
  const namespace = namespaceOf(referral.object);
  if (name === old && namespace === '') return mapping;
  following.followed.set(name, referral);
  if (namespace !== '') following.followed.set(namespace, referral);
  putField(mapping, 'name', name);
  if (namespace !== '') putField(mapping, 'namespace', namespace);
  return mapping;
}

/** The candidates that were in the namespace that a reference names; if nothing ever was, those that are in it now. */
function inNamespace(
  following: Following,
  mapping: JsonObject,
  named: readonly Candidate[],
): readonly Candidate[] {
  if (!('namespace' in mapping)) return named;
  const namespace = scalarText(mapping['namespace']);
  if (namespace === noNamespaceAtAll) return [];
  const anyWas = following.candidates.some((one) => one.original === namespace && following.reach(one));
  return named.filter((one) => (anyWas ? one.original : one.namespace) === namespace);
}
