import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { FieldError } from '../registry/types.ts';
import { compareVersions } from '../registry/version-order.ts';
import { applyDefaults } from './default.ts';
import {
  checkRest,
  checkSpec,
  checkTogether,
  checkVersionName,
  invalid,
  type DefinitionSpec,
  type DefinitionVersion,
} from './definition.ts';
import { checkEmbedded } from './embedded.ts';
import { additionalOf, propertyOf, type JsonSchema } from './json-schema.ts';
import { checkLists } from './list-types.ts';
import { rootNode } from './node.ts';
import { prune } from './prune.ts';
import { prepareRules, type RunRules } from './rule-run.ts';
import { checkScale } from './scale.ts';
import { checkSchema } from './structural.ts';
import type { CompiledVersion, CompileDefinition } from './types.ts';
import { validateValue } from './validate.ts';
import { checkParts, checkSelectableFields, columnsOf, selectableFieldsOf } from './version-parts.ts';

type Compiled = ReturnType<CompileDefinition>;

/** A definition is checked when it is written and compiled when it is served; both ask with the same spec. */
const known = new WeakMap<object, { readonly name: string; readonly compiled: Compiled }>();

/** Reads a definition. Versions come even when there are errors; whoever serves them looks at the errors first. */
export const compileDefinition: CompileDefinition = (definition) => {
  const spec = (definition['spec'] ?? {}) as DefinitionSpec;
  const found = known.get(spec);
  if (found !== undefined && found.name === definition.metadata.name) return found.compiled;
  const compiled = compile(definition, spec);
  known.set(spec, { name: definition.metadata.name, compiled });
  return compiled;
};

function compile(definition: KubeObject, spec: DefinitionSpec): Compiled {
  const versions = spec.versions ?? [];
  const shared = sharedBy(versions);
  const errors: FieldError[] = [...checkSpec(definition, spec)];
  if (
    spec.preserveUnknownFields === true &&
    versions.some(({ schema }) => anyDefaultIn(schema?.openAPIV3Schema))
  )
    errors.push(
      invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema'),
    );
  for (const [i, version] of versions.entries())
    errors.push(
      ...checkVersionName(version, i),
      ...checkVersion(version, `spec.versions[${i}].`, shared, false),
    );
  errors.push(...checkTogether(spec));
  const [first] = versions;
  if (first !== undefined) errors.push(...checkVersion(first, 'spec.', shared, true));
  errors.push(...checkRest(definition, spec));
  const compiled = versions.map((version) =>
    compileVersion(spec, version, version.schema?.openAPIV3Schema ?? {}),
  );
  return { versions: compiled, errors };
}

/** The parts of a version that are its own, or, where `common`, those that all versions share. */
function checkVersion(
  version: DefinitionVersion,
  at: string,
  shared: Shared,
  common: boolean,
): readonly FieldError[] {
  const schema = shared.schema === common ? version.schema?.openAPIV3Schema : undefined;
  const place = common ? 'spec.validation.openAPIV3Schema' : `${at}schema.openAPIV3Schema`;
  return [
    ...(schema === undefined ? [] : checkSchema(schema, place, hasStatus(version))),
    ...checkParts(version, (part) => (shared[part] === common ? at : undefined)),
    ...checkSelectables(version, at, shared, common, schema),
  ];
}

/** Upstream keeps what all versions share apart from them, and wants fields for selectors where the schema is. */
function checkSelectables(
  version: DefinitionVersion,
  at: string,
  shared: Shared,
  common: boolean,
  schema: JsonSchema | undefined,
): readonly FieldError[] {
  if ((version.selectableFields ?? []).length === 0 || shared.selectableFields !== common) return [];
  if (schema !== undefined) return checkSelectableFields(version, at);
  const why = common
    ? 'may only be set when validations.schema is included'
    : 'may only be set when `version.schema.openAPIV3Schema` is not included';
  return [invalid(`${at}selectableFields`, '', why)];
}

/** Which parts are the same in every version. */
interface Shared {
  readonly schema: boolean;
  readonly subresources: boolean;
  readonly additionalPrinterColumns: boolean;
  readonly selectableFields: boolean;
}

/** What is the same in every version is reported once, at the place where older definitions had it. */
function sharedBy(versions: readonly DefinitionVersion[]): Shared {
  const [first] = versions;
  const same = (member: keyof DefinitionVersion): boolean =>
    versions.every((version) => version === first || equalData(version[member], first?.[member]));
  return {
    schema: same('schema'),
    subresources: same('subresources'),
    additionalPrinterColumns: same('additionalPrinterColumns'),
    selectableFields: same('selectableFields'),
  };
}

function compileVersion(
  spec: DefinitionSpec,
  version: DefinitionVersion,
  schema: JsonSchema,
): CompiledVersion {
  const { scale } = version.subresources ?? {};
  let run: RunRules | null | undefined;
  return {
    version: version.name,
    served: version.served === true,
    storage: version.storage === true,
    ...(version.deprecated === true && {
      deprecationWarning: version.deprecationWarning ?? deprecation(spec, version.name),
    }),
    warnings: [],
    schema: hasStatus(version) ? rootNode(schema) : { ...rootNode(schema), plainStatus: true },
    status: hasStatus(version),
    ...(scale !== undefined && {
      scale: {
        specReplicasPath: scale.specReplicasPath ?? '',
        statusReplicasPath: scale.statusReplicasPath ?? '',
        ...(scale.labelSelectorPath !== undefined && { labelSelectorPath: scale.labelSelectorPath }),
      },
    }),
    columns: columnsOf(version),
    selectableFields: selectableFieldsOf(version),
    prune: (draft) => prune(schema, draft),
    default: (draft, keepNulls) => applyDefaults(schema, draft, keepNulls),
    validate(object, previous, subresource) {
      // Writes to `status` are asked for what they write, in words that know of nothing around it.
      const ofStatus = subresource === 'status';
      const errors = [
        ...(ofStatus
          ? validateStatus(schema, object, previous)
          : sorted(validateValue(schema, object, previous))),
        ...(scale === undefined ? [] : checkScale(object, scale, ofStatus)),
        ...(ofStatus ? [] : checkEmbedded(schema, object)),
        ...checkLists(schema, object, previous),
      ];
      run ??= prepareRules(schema) ?? null;
      if (run === null) return errors;
      return errors.some(isBlocking) ? [...errors, notChecked] : [...errors, ...run(object, previous)];
    },
  };
}

function validateStatus(
  schema: JsonSchema,
  object: KubeObject,
  previous: KubeObject | undefined,
): readonly FieldError[] {
  const of = propertyOf(schema, 'status');
  if (of === undefined || object.status === undefined) return [];
  return sorted(validateValue(of, object.status, previous?.status, 'status'));
}

function hasStatus({ subresources }: DefinitionVersion): boolean {
  return subresources?.status !== undefined && subresources.status !== null;
}

function anyDefaultIn(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.default !== undefined) return true;
  return [...Object.values(schema.properties ?? {}), schema.items, additionalOf(schema)].some(anyDefaultIn);
}

/** Says which version to use instead: the first of the better ones that is served and not deprecated itself. */
function deprecation(spec: DefinitionSpec, name: string): string {
  const kind = spec.names?.kind ?? '';
  const group = spec.group ?? '';
  const better = (spec.versions ?? [])
    .filter((one) => one.served && one.deprecated !== true && compareVersions(one.name, name) < 0)
    .map((one) => one.name)
    .toSorted(compareVersions)[0];
  const instead = better === undefined ? '' : `; use ${group}/${better} ${kind}`;
  return `${group}/${name} ${kind} is deprecated${instead}`;
}

/** Rules may rely on what these errors say is missing. */
const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const isBlocking = ({ reason }: FieldError): boolean => blocking.has(reason);

const notChecked: FieldError = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function sorted(errors: readonly FieldError[]): readonly FieldError[] {
  return errors.length < 2
    ? errors
    : errors.toSorted((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
}
