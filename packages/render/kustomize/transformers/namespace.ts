import { writeYaml } from '@plumbline/languages';
import type { ResourceMap } from '../accumulate/resource-map.ts';
import { applyToFieldSpec } from '../fields/index.ts';
import { expectKind, isMapping } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { currentId, gvkOf, idKey, idText, scalarText, storePreviousId } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';
import { goJson } from '../generators/hash.ts';
import { withNotes } from '../metadata/origin.ts';
import { isNamespaceScoped } from '../schema/index.ts';
import type { FieldSpec } from '../types.ts';
import { acting } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Which subjects of role bindings get the namespace. */
export type SubjectMode = 'defaultOnly' | 'allServiceAccounts' | 'none';

export interface NamespaceArgs {
  readonly namespace: string;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly unsetOnly: boolean;
  readonly subjects: SubjectMode;
}

/** Checks the word for a mode; an empty one is the default. */
export function subjectModeOf(text: string): SubjectMode {
  if (text === '') return 'defaultOnly';
  if (text === 'defaultOnly' || text === 'allServiceAccounts' || text === 'none') return text;
  throw new KustomizeError(
    `invalid value "${text}" for setRoleBindingSubjects: ` +
      'must be one of "defaultOnly", "none" or "allServiceAccounts"',
  );
}

/** Moves everything that lives in namespaces into one. */
export function namespaceTransformer(args: NamespaceArgs, step: StepOf): Transformer {
  return {
    kind: 'NamespaceTransformer',
    step,
    act: 'transformer',
    transform(map, context) {
      if (args.namespace === '') return;
      const counts = countIds(map);
      for (const resource of map.resources) {
        // A chart that was told its namespace has put everything where it belongs.
        if (resource.helmGenerated) continue;
        const before = idKey(currentId(resource));
        storePreviousId(resource);
        acting(context, resource, step, () => setNamespaceOf(resource.object, args));
        refuseConflict(counts, before, resource, map);
      }
      map.changed();
    },
  };
}

function countIds(map: ResourceMap): Map<string, number> {
  const counts = new Map<string, number>();
  for (const resource of map.resources) {
    const key = idKey(currentId(resource));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function refuseConflict(
  counts: Map<string, number>,
  before: string,
  resource: Resource,
  map: ResourceMap,
): void {
  const after = idKey(currentId(resource));
  if (after !== before) {
    counts.set(before, (counts.get(before) ?? 1) - 1);
    counts.set(after, (counts.get(after) ?? 0) + 1);
  }
  if ((counts.get(after) ?? 0) <= 1) return;
  const same = map.resources.filter((one) => idKey(currentId(one)) === after);
  const shown = same.map((one) => goJson(withNotes(one)));
  throw new KustomizeError(`namespace transformation produces ID conflict: [${shown.join(' ')}]`, {
    code: 'duplicate-id',
    hint: `two resources are called ${idText(currentId(resource))} in this namespace`,
  });
}

/** Sets the namespace in one object, as `namespace` and as a value that is added at `metadata/namespace`. */
export function setNamespaceOf(object: JsonObject, args: NamespaceArgs): void {
  const gvk = gvkOf(object);
  const set = setter(args);
  const create = { createKind: 'ScalarNode' } as const;
  if (isNamespaceScoped(gvk) !== false) applyToFieldSpec(object, metadataNamespace, set, create);
  const isBinding = gvk.kind === 'RoleBinding' || gvk.kind === 'ClusterRoleBinding';
  const quoted = isBinding ? setSubjects(object, args.subjects, set) : [];
  for (const spec of args.fieldSpecs) {
    if (spec.path === 'metadata/namespace') continue;
    // Only the name of the core Namespace is a namespace; other kinds of that name have names of their own.
    if (spec.path === 'metadata/name' && scalarText(object['apiVersion']) !== 'v1') continue;
    if (isBinding && spec.path === 'subjects/namespace' && isBindingSpec(spec)) continue;
    visit(object, spec, set, quoted);
  }
}

const metadataNamespace: FieldSpec = {
  group: '',
  version: '',
  kind: '',
  path: 'metadata/namespace',
  create: true,
};

function isBindingSpec(spec: FieldSpec): boolean {
  return spec.kind === 'RoleBinding' || spec.kind === 'ClusterRoleBinding';
}

function visit(
  object: JsonObject,
  spec: FieldSpec,
  set: (value: unknown) => unknown,
  quoted: readonly JsonObject[],
): void {
  try {
    applyToFieldSpec(object, spec, set, { createKind: 'ScalarNode' });
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    const wrongKind = /wrong node kind: expected ScalarNode/.test(thrown.message);
    throw withQuotes(thrown, object, quoted).prefixed(
      wrongKind ? 'namespace field specs must target scalar nodes' : 'namespace transformation failed',
    );
  }
}

/** In messages that show nodes upstream keeps the quotes that an empty text had before it was set. */
function withQuotes(
  error: KustomizeError,
  object: JsonObject,
  quoted: readonly JsonObject[],
): KustomizeError {
  const { subjects } = object;
  if (quoted.length === 0 || !error.message.endsWith(writeYaml(subjects))) return error;
  const mark = '_plumbline_quoted_';
  const marked = (subjects as readonly JsonObject[]).map((one) =>
    quoted.includes(one) ? { ...one, namespace: mark + String(one['namespace']) } : one,
  );
  const shown = writeYaml(marked).replace(new RegExp(`${mark}(.*)`, 'g'), '"$1"');
  return error.reworded(error.message.slice(0, -writeYaml(subjects).length) + shown);
}

function setter(args: NamespaceArgs): (value: unknown) => unknown {
  return (value) => {
    if (args.unsetOnly && value !== undefined && value !== null && scalarText(value) !== '') return value;
    expectKind('ScalarNode', [value]);
    return args.namespace;
  };
}

/** Gives back the subjects whose namespace was an empty text. */
function setSubjects(
  object: JsonObject,
  mode: SubjectMode,
  set: (value: unknown) => unknown,
): readonly JsonObject[] {
  const { subjects } = object;
  const wereEmpty: JsonObject[] = [];
  if (mode === 'none' || subjects === undefined || subjects === null) return wereEmpty;
  expectKind('SequenceNode', [subjects]);
  for (const subject of subjects as readonly unknown[]) {
    if (!isMapping(subject)) continue;
    const fits =
      mode === 'defaultOnly'
        ? scalarText(subject['name']) === 'default'
        : scalarText(subject['kind']) === 'ServiceAccount';
    if (!fits) continue;
    if (subject['namespace'] === '') wereEmpty.push(subject);
    subject['namespace'] = set(subject['namespace']);
  }
  return wereEmpty;
}
