import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { FieldError } from '../registry/types.ts';
import { applyDefaults } from './default.ts';
import { checkSpec, type DefinitionSpec, type DefinitionVersion } from './definition.ts';
import type { JsonSchema } from './json-schema.ts';
import { rootNode } from './node.ts';
import { prune } from './prune.ts';
import { prepareRules, type RunRules } from './rule-run.ts';
import { checkSchema } from './structural.ts';
import type { CompiledVersion, CompileDefinition } from './types.ts';
import { validateValue } from './validate.ts';
import { checkParts, columnsOf, selectableFieldsOf } from './version-parts.ts';

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
  const errors: FieldError[] = [...checkSpec(definition, spec)];
  const shared = sharedBy(versions);
  const compiled = versions.map((version, i) => {
    const schema = version.schema?.openAPIV3Schema;
    if (schema !== undefined && !(shared.schema && i > 0)) {
      const at = shared.schema
        ? 'spec.validation.openAPIV3Schema'
        : `spec.versions[${i}].schema.openAPIV3Schema`;
      errors.push(...checkSchema(schema, at));
    }
    if (!(shared.parts && i > 0))
      errors.push(...checkParts(version, shared.parts ? 'spec.' : `spec.versions[${i}].`));
    return compileVersion(spec, version, schema ?? {});
  });
  return { versions: compiled, errors };
}

/** What is the same in every version is reported once, at the place where older definitions had it. */
function sharedBy(versions: readonly DefinitionVersion[]): {
  readonly schema: boolean;
  readonly parts: boolean;
} {
  const [first] = versions;
  const same = (member: keyof DefinitionVersion): boolean =>
    versions.every((version) => version === first || equalData(version[member], first?.[member]));
  return {
    schema: same('schema'),
    parts: same('subresources') && same('additionalPrinterColumns') && same('selectableFields'),
  };
}

function compileVersion(
  spec: DefinitionSpec,
  version: DefinitionVersion,
  schema: JsonSchema,
): CompiledVersion {
  const { scale } = version.subresources ?? {};
  const kind = `${spec.group ?? ''}/${version.name} ${spec.names?.kind ?? ''}`;
  let run: RunRules | null | undefined;
  const fallback = `${kind} is deprecated`;
  return {
    version: version.name,
    served: version.served === true,
    storage: version.storage === true,
    ...(version.deprecated === true && { deprecationWarning: version.deprecationWarning ?? fallback }),
    warnings: [],
    schema: rootNode(schema),
    status: version.subresources?.status !== undefined && version.subresources.status !== null,
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
    default: (draft) => applyDefaults(schema, draft),
    validate(object, previous) {
      const errors = sorted(validateValue(schema, object, '', previous));
      run ??= prepareRules(schema) ?? null;
      if (run === null) return errors;
      return errors.some(isBlocking) ? [...errors, notChecked] : [...errors, ...run(object, previous)];
    },
  };
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
  return errors.toSorted((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
}
