import { equalData } from '@plumbline/base';
import {
  gvkOf,
  type GroupVersionKind,
  type KubeObject,
  type LiveObject,
  type Question,
  type ResourceDifference,
  type SchemaNode,
  type Target,
  type TargetResource,
  type Verdict,
} from '@plumbline/api';
import {
  applyMergePatch,
  applyStrategicMerge,
  threeWayMergePatch,
  threeWayStrategicMerge,
} from '@plumbline/languages';
import { covered, nothingRemoved, withDeclaredClaims } from './covered.ts';
import { fieldDifferences, maskedFields } from './fields.ts';
import { textHash } from './hash.ts';
import { hiddenDifferences, ignoredIn, withoutIgnored, type Ignored } from './ignore.ts';
import { comparable, lastApplied, normaliseDesired, normaliseLive } from './normalise.ts';
import { appliedFields, ownsExactly } from './owned.ts';

/** The shape of a built-in kind; undefined for custom kinds, which merge as plain JSON. */
export type SchemaLookup = (kind: GroupVersionKind) => SchemaNode | undefined;

/** One resource and the live object of its key (`text`). */
export interface Pair {
  readonly target: Target;
  readonly resource: TargetResource;
  readonly live: LiveObject;
  readonly text: string;
}

/**
 * What an apply would change, as far as that can be told here; else by the verdict; else the question is added to
 * `questions` and the answer is a guess.
 */
export function comparePair(
  pair: Pair,
  verdicts: ReadonlyMap<string, Verdict>,
  schemas: SchemaLookup,
  questions: Question[],
): ResourceDifference {
  const { target, resource, live } = pair;
  const { ignore, ignoreAggregatedRoles } = target.policy;
  const ignored = ignoredIn(resource.key, live.object, ignore, ignoreAggregatedRoles === true);
  const change =
    resource.apply.mode === 'server' ? serverChange(pair, ignored) : clientChange(pair, ignored, schemas);
  if (change === undefined) return verdictOf(pair, 'equal', {}, hidden(pair, ignored));
  const verdict = verdicts.get(change.id);
  if (verdict === undefined) {
    questions.push({ id: change.id, key: resource.key, resource, live, patch: change.patch });
    return verdictOf(pair, 'changed', { question: change.id }, []);
  }
  const predicted = 'object' in verdict ? verdict.object : change.guess();
  const refused = 'refused' in verdict ? { refused: verdict.refused } : {};
  const [after, before] = [comparable(predicted), comparable(live.object)].map((side) =>
    withoutIgnored(side, ignored),
  );
  if (!('refused' in verdict) && equalData(after, before))
    return verdictOf(pair, 'equal', {}, hidden(pair, ignored));
  const fields = [...fieldDifferences(after, before), ...hidden(pair, ignored)];
  return verdictOf(pair, 'changed', { predicted, ...refused }, fields);
}

function hidden(pair: Pair, ignored: Ignored | undefined): ResourceDifference['fields'] {
  return ignored === undefined ? [] : hiddenDifferences(pair.resource.object, pair.live.object, ignored);
}

function verdictOf(
  pair: Pair,
  state: 'equal' | 'changed',
  more: Pick<ResourceDifference, 'predicted' | 'question' | 'refused'>,
  fields: ResourceDifference['fields'],
): ResourceDifference {
  const { key } = pair.resource;
  const shown =
    key.kind === 'Secret' && key.group === '' && fields.length > 0 ? maskedFields(fields) : fields;
  return { key, state, desired: pair.resource, live: pair.live, ...more, fields: shown };
}

/** A request that may change something, and what it would do as far as that can be told here. */
interface Change {
  readonly id: string;
  readonly patch: Question['patch'];
  guess(): KubeObject;
}

/** What a client-side apply would send; undefined if that is nothing. */
function clientChange(pair: Pair, ignored: Ignored | undefined, schemas: SchemaLookup): Change | undefined {
  const schema = schemas(gvkOf(pair.resource.object));
  const live = withoutIgnored(normaliseLive(pair.live.object), ignored);
  const declared = withoutIgnored(normaliseDesired(pair.resource.object), ignored);
  const desired =
    pair.resource.key.kind === 'StatefulSet'
      ? (withDeclaredClaims(declared, live, schema) as KubeObject)
      : declared;
  // Without a record of the last apply nothing is known to have been removed.
  const before = withoutIgnored(lastApplied(pair.live.object), ignored) ?? desired;
  if (covered(desired, live, schema) && nothingRemoved(before, desired)) return undefined;
  const merged =
    schema === undefined
      ? threeWayMergePatch(before, desired, live)
      : threeWayStrategicMerge(before, desired, live, schema);
  // A patch that cannot be made is the server's to refuse: it gets the whole object.
  const body = merged.ok ? merged.value : desired;
  if (merged.ok && isEmpty(body)) return undefined;
  return {
    id: questionId(pair, desired, comparable(pair.live.object), live.metadata.annotations),
    patch: { type: schema === undefined ? 'merge' : 'strategic', body },
    guess: () => {
      const guessed =
        schema === undefined
          ? applyMergePatch(pair.live.object, body)
          : applyStrategicMerge(pair.live.object, body, schema);
      return (guessed.ok ? guessed.value : pair.resource.object) as KubeObject;
    },
  };
}

/** The server-side apply that would be sent; undefined if it would certainly change nothing. */
function serverChange(pair: Pair, ignored: Ignored | undefined): Change | undefined {
  const desired = normaliseDesired(pair.resource.object);
  const set = appliedFields(pair.live.object, pair.target.fieldManager);
  if (set !== undefined && ignored === undefined && ownsExactly(desired, pair.live.object, set))
    return undefined;
  return {
    id: questionId(pair, desired, comparable(pair.live.object), set),
    patch: { type: 'apply', body: pair.resource.object },
    guess: () => {
      const guessed = applyMergePatch(pair.live.object, desired);
      return (guessed.ok ? guessed.value : pair.resource.object) as KubeObject;
    },
  };
}

function isEmpty(patch: unknown): boolean {
  return patch !== null && typeof patch === 'object' && Object.keys(patch).length === 0;
}

/**
 * Names a question by the content of both sides and by what tells what an apply would remove. The version of the live
 * object is no part of it: most new versions only have another status, and the answer stays the same. Members count in
 * the order they come in; should that change, the question is asked once more, which does no harm.
 */
function questionId(pair: Pair, desired: KubeObject, live: unknown, record: unknown): string {
  const sides = JSON.stringify([desired, live, record, pair.live.object.metadata.uid]);
  return `${pair.resource.apply.mode}:${pair.text}:${textHash(sides)}`;
}
