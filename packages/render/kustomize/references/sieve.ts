import { isRecord } from '@plumbline/base';
import { writeResource } from '../output.ts';
import { KustomizeError } from '../problem.ts';
import {
  currentId,
  effectiveNamespace,
  gvkSelected,
  idText,
  originalId,
  previousIds,
  scalarText,
} from '../resource.ts';
import type { Gvk, ResId, Resource } from '../resource.ts';
import type { FieldSpec } from '../types.ts';

/** A resource that a name may mean, with what the sieve asks for. */
export interface Candidate {
  readonly resource: Resource;
  readonly id: ResId;
  readonly namespace: string;
  readonly original: string;
  readonly previous: readonly ResId[];
}

/** A field of a referrer that may hold the name of a resource of a kind. */
export interface Reference {
  readonly spec: FieldSpec;
  readonly target: Gvk;
  /** The path in parts, to see at a glance whether an object has such a field at all. */
  readonly parts: readonly string[];
  readonly order: number;
}

/** A resource as a candidate. */
export function candidateOf(resource: Resource): Candidate {
  const id = currentId(resource);
  return {
    resource,
    id,
    namespace: effectiveNamespace(id),
    original: effectiveNamespace(originalId(resource)),
    previous: previousIds(resource),
  };
}

/** A reference that is being followed. */
interface Followed {
  readonly referrer: Candidate;
  readonly reference: Reference;
}

/**
 * The one resource that a name means, by upstream's sieve: it had the name, and was of the kind; what `roleRef` says of the kind
 * fits; it is in reach; and of several the one with the same prefixes and suffixes. What is left must not differ.
 */
export function selectReferral(
  following: Followed,
  oldName: string,
  named: readonly Candidate[],
  identityOf: (resource: Resource) => string,
): Resource | undefined {
  const { referrer, reference } = following;
  let left = named.filter(({ previous }) => previous.some((id) => id.name === oldName));
  left = left.filter(({ previous }) => previous.some((id) => gvkSelected(id, reference.target)));
  const role = roleOf(following);
  if (role !== undefined) left = left.filter(({ previous }) => previous.some((id) => gvkSelected(id, role)));
  left = left.filter((one) => isInReachOfNames(referrer, one));
  if (left.length === 1) return left[0]?.resource;
  left = left.filter((one) => sameAffixes(one.resource, referrer.resource, true));
  if (left.length > 1) left = left.filter((one) => sameAffixes(one.resource, referrer.resource, false));
  const [first] = left;
  if (first === undefined) return undefined;
  const identity = identityOf(first.resource);
  if (left.every((one) => identityOf(one.resource) === identity)) return first.resource;
  throw ambiguous(
    referrer.resource,
    left.map(({ resource }) => resource),
  );
}

function ambiguous(referrer: Resource, candidates: readonly Resource[]): KustomizeError {
  const ids = candidates.map((one) => idText(currentId(one))).join(', ');
  const details = candidates
    .map((one, i) => `--- possible referral ${i}:\n${writeResource(one.object)}\n`)
    .join('');
  return new KustomizeError(
    `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n` +
      `${writeResource(referrer.object)}\n${details}`,
    { code: 'reference-ambiguous', where: referrer.written },
  );
}

/** What `roleRef` says of the kind, if the field is its name. */
function roleOf({ referrer, reference }: Followed): Gvk | undefined {
  if (!reference.spec.path.endsWith('roleRef/name')) return undefined;
  const { roleRef } = referrer.resource.object;
  if (!isRecord(roleRef)) return undefined;
  const { apiGroup, kind } = roleRef;
  if (apiGroup === undefined || apiGroup === null || kind === undefined || kind === null) return undefined;
  return { group: scalarText(apiGroup), version: '', kind: scalarText(kind) };
}

/** Names mean what is in the same namespace, what is in none, and accounts (which bindings of other namespaces name). */
function isInReachOfNames(referrer: Candidate, candidate: Candidate): boolean {
  if (referrer.id.clusterScoped === true || candidate.id.clusterScoped === true) return true;
  return candidate.id.kind === 'ServiceAccount' || candidate.namespace === referrer.namespace;
}

function sameAffixes(a: Resource, b: Resource, allowEmpty: boolean): boolean {
  const fits = (first: readonly string[], second: readonly string[]): boolean =>
    (allowEmpty && (first.length === 0 || second.length === 0)) || sameEnding(first, second);
  return fits(a.prefixes, b.prefixes) && fits(a.suffixes, b.suffixes);
}

/** Whether the shorter list is the end of the longer one; an empty one only equals an empty one. */
function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short.length === 0) return long.length === 0;
  const shift = long.length - short.length;
  return short.every((text, i) => long[i + shift] === text);
}
