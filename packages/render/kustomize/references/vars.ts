import type { OriginStep } from '@plumbline/api';
import type { ResourceMap } from '../accumulate/resource-map.ts';
import { applyToFieldSpec } from '../fields/index.ts';
import type { VarArgs } from '../kustomization/types.ts';
import { isMapping, putField } from '../merge/nodes.ts';
import { KustomizeError } from '../problem.ts';
import { gvkText, parseApiVersion } from '../resource.ts';
import type { ResId, Resource } from '../resource.ts';
import { acting, specIndex } from '../transformers/plugin.ts';
import type { TransformContext } from '../transformers/plugin.ts';
import type { FieldSpec } from '../types.ts';
import { expandVariables } from './expand.ts';
import type { VarValue } from './expand.ts';
import { fieldValue } from './field-value.ts';

/** A variable: its name, the resource that it is read from, the field. */
export interface Variable {
  readonly name: string;
  readonly target: ResId;
  readonly fieldPath: string;
  /** As it stands in the kustomization, for messages. */
  readonly shownPath: string;
}

/** A variable with its absent parts filled in. */
export function variableOf(args: VarArgs): Variable {
  const { objref = {} } = args;
  const { apiVersion = '' } = objref;
  const slashes = apiVersion.split('/').length;
  const named = apiVersion === '' || slashes > 2 ? {} : parseApiVersion(apiVersion);
  const gvk = { group: objref.group ?? '', version: objref.version ?? '', kind: objref.kind ?? '' };
  return {
    name: args.name ?? '',
    target: {
      ...gvk,
      ...(slashes === 1 && apiVersion !== '' ? { version: apiVersion } : named),
      name: objref.name ?? '',
      namespace: objref.namespace ?? '',
    },
    fieldPath: args.fieldref?.fieldPath || 'metadata.name',
    shownPath: args.fieldref?.fieldPath ?? '',
  };
}

/** Notes on the resources which variables are read from them, as each layer does for its own variables. */
export function registerVariables(
  map: ResourceMap,
  variables: readonly Variable[],
  known: Map<string, Variable>,
): void {
  for (const variable of variables) {
    const matched = map.byAnyName(variable.target.name).filter((one) => isTarget(one, variable.target, map));
    if (matched.length > 1)
      throw new KustomizeError(
        `found ${matched.length} resId matches for var ${dump(variable)} (unable to disambiguate)`,
      );
    matched[0]?.refVarNames.push(variable.name);
  }
  addVariables(known, variables);
}

/** Without a namespace any will do. */
function isTarget(resource: Resource, target: ResId, map: ResourceMap): boolean {
  if (target.namespace !== '') return map.byAnyId(target).includes(resource);
  return idsOf(resource).some(
    (id) =>
      id.name === target.name &&
      id.kind === target.kind &&
      id.group === target.group &&
      id.version === target.version,
  );
}

function idsOf(resource: Resource): ResId[] {
  const { apiVersion, kind, metadata } = resource.object;
  const gvk = parseApiVersion(typeof apiVersion === 'string' ? apiVersion : '');
  const name = isMapping(metadata) ? metadata['name'] : '';
  const current: ResId = { ...gvk, kind: String(kind), name: String(name), namespace: '' };
  return [...resource.previous.map((id) => ({ ...gvk, ...id })), current];
}

/** Joins the variables of a base with those that are known; one name may only stand for one of them. */
export function addVariables(known: Map<string, Variable>, variables: Iterable<Variable>): void {
  for (const variable of variables) {
    if (known.has(variable.name))
      throw new KustomizeError(`var '${variable.name}' already encountered`, {
        hint: 'variables of all bases share one space of names',
      });
    known.set(variable.name, variable);
  }
}

/** A variable as Go prints it in messages: its target by the kind alone. */
function dump({ name, target, shownPath }: Variable): string {
  return `{${name} ${gvkText(target)} {${shownPath}}}`;
}

/** Variables as they stand in a kustomization, as Go prints them. */
export function dumpVariables(all: readonly VarArgs[]): string {
  const texts = all.map(({ name = '', objref = {}, fieldref = {} }) => {
    const gvk = { group: objref.group ?? '', version: objref.version ?? '', kind: objref.kind ?? '' };
    return `{${name} ${gvkText(gvk)} {${fieldref.fieldPath ?? ''}}}`;
  });
  return `[${texts.join(' ')}]`;
}

/** Replaces `$(NAME)` in the fields that may hold it. Gives a warning for variables that stand nowhere. */
export function resolveVariables(
  map: ResourceMap,
  variables: ReadonlyMap<string, Variable>,
  fieldSpecs: readonly FieldSpec[],
  context: TransformContext,
): string[] {
  if (variables.size === 0) return [];
  const values = new Map<string, VarValue>();
  for (const name of [...variables.keys()].sort()) {
    const variable = variables.get(name);
    if (variable !== undefined) values.set(name, valueOf(map, variable));
  }
  const used = new Set<string>();
  const specsOf = specIndex(fieldSpecs);
  for (const resource of map.resources) {
    acting(
      context,
      resource,
      () => substituted,
      () => {
        for (const spec of specsOf(resource.object))
          applyToFieldSpec(resource.object, spec, (value) => replaceIn(value, values, used));
      },
    );
  }
  const unused = [...values.keys()].filter((name) => !used.has(name));
  return unused.length === 0 ? [] : [`well-defined vars that were never replaced: ${unused.join(',')}`];
}

const substituted: OriginStep = { act: 'substitution', file: 'vars', detail: 'vars' };

function valueOf(map: ResourceMap, variable: Variable): VarValue {
  const source = map.resources.find((resource) => resource.refVarNames.includes(variable.name));
  if (source === undefined)
    throw new KustomizeError(
      `var '${dump(variable)}' cannot be mapped to a field in the set of known resources`,
    );
  const value = fieldValue(source.object, variable.fieldPath);
  if (value === undefined)
    throw new KustomizeError(
      `field specified in var '${dump(variable)}' not found in corresponding resource`,
    );
  return value;
}

function replaceIn(value: unknown, values: ReadonlyMap<string, VarValue>, used: Set<string>): unknown {
  if (typeof value === 'string') return expandVariables(value, values, used);
  if (Array.isArray(value)) {
    value.forEach((item: unknown, i) => {
      if (typeof item !== 'string') throw new KustomizeError('invalid value type expect a string');
      value[i] = expandVariables(item, values, used);
    });
    return value;
  }
  if (!isMapping(value)) return value;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (typeof item === 'string') putField(value, key, expandVariables(item, values, used));
  }
  return value;
}
