import { equalData } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { FieldError } from '../registry/types.ts';
import type { JsonSchema } from './json-schema.ts';

/** The spec of a definition, as far as it can be trusted: members may be missing or of any type until it is checked. */
export interface DefinitionSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly preserveUnknownFields?: boolean;
  readonly names?: {
    readonly plural?: string;
    readonly singular?: string;
    readonly kind?: string;
    readonly listKind?: string;
  };
  readonly versions?: readonly DefinitionVersion[] | null;
  readonly conversion?: {
    readonly strategy?: string;
    readonly webhook?: {
      readonly clientConfig?: unknown;
      readonly conversionReviewVersions?: readonly string[];
    };
  };
}

export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
  readonly subresources?: { readonly status?: unknown; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface ScalePaths {
  readonly specReplicasPath?: string;
  readonly statusReplicasPath?: string;
  readonly labelSelectorPath?: string;
}

export interface PrinterColumn {
  readonly name?: string;
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath?: string;
}

const approvalAnnotation = 'api-approved.kubernetes.io';

const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const label1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a definition, as far as upstream says it before it looks at each version. */
export function checkSpec(definition: KubeObject, spec: DefinitionSpec): readonly FieldError[] {
  return [
    ...checkName(definition, spec),
    ...checkGroup(spec.group ?? ''),
    ...checkScope(spec.scope ?? ''),
    ...(spec.versions ?? []).flatMap((version, i) =>
      version.schema?.openAPIV3Schema === undefined
        ? [required(`spec.versions[${i}].schema.openAPIV3Schema`)]
        : [],
    ),
  ];
}

/** What a version says of itself besides its schema. */
export function checkVersionName(version: DefinitionVersion, i: number): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!label1035.test(version.name))
    errors.push(invalid(`spec.versions[${i}].name`, version.name, label1035Text));
  if (version.deprecationWarning !== undefined && version.deprecated !== true) {
    errors.push(
      invalid(
        `spec.versions[${i}].deprecationWarning`,
        version.deprecationWarning,
        'can only be set for deprecated versions',
      ),
    );
  }
  return errors;
}

/** What comes after the versions, and before what all of them share. */
export function checkTogether(spec: DefinitionSpec): readonly FieldError[] {
  return [
    ...checkVersions(spec.versions ?? []),
    ...checkFirstVersion(spec.versions?.[0]?.name ?? ''),
    ...checkNames(spec.names ?? {}),
  ];
}

/** The rest, which comes last. */
export function checkRest(definition: KubeObject, spec: DefinitionSpec): readonly FieldError[] {
  return [
    ...checkConversion(spec.conversion),
    ...checkStored(spec.versions ?? []),
    ...checkApproval(definition, spec.group ?? ''),
    ...(spec.preserveUnknownFields === true
      ? [
          invalid(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
  ];
}

function checkName(definition: KubeObject, spec: DefinitionSpec): readonly FieldError[] {
  const { name } = definition.metadata;
  if (name === `${spec.names?.plural ?? ''}.${spec.group ?? ''}`) return [];
  return [invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

function checkGroup(group: string): readonly FieldError[] {
  if (group === '') return [required('spec.group')];
  const errors: FieldError[] = [];
  if (!subdomain.test(group)) {
    errors.push(
      invalid(
        'spec.group',
        group,
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ),
    );
  } else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
  return errors;
}

function checkApproval(definition: KubeObject, group: string): readonly FieldError[] {
  const guarded = /(^|\.)(k8s|kubernetes)\.io$/.test(group);
  if (guarded && definition.metadata.annotations?.[approvalAnnotation] === undefined) {
    return [
      {
        ...required(`metadata.annotations[${approvalAnnotation}]`),
        message: `Required value: protected groups must have approval annotation "${approvalAnnotation}", see https://github.com/kubernetes/enhancements/pull/1111`,
      },
    ];
  }
  return [];
}

function checkScope(scope: string): readonly FieldError[] {
  if (scope === '') return [required('spec.scope')];
  if (scope === 'Cluster' || scope === 'Namespaced') return [];
  return [
    {
      reason: 'FieldValueNotSupported',
      field: 'spec.scope',
      message: `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`,
    },
  ];
}

function checkNames(names: NonNullable<DefinitionSpec['names']>): readonly FieldError[] {
  const { plural = '', kind = '' } = names;
  const singular = names.singular ?? kind.toLowerCase();
  const listKind = names.listKind ?? (kind === '' ? '' : `${kind}List`);
  const errors: FieldError[] = [];
  const check = (field: string, value: string, lower: boolean): void => {
    if (value === '') errors.push(required(`spec.names.${field}`));
    else if (!label1035.test(lower ? value.toLowerCase() : value) || value.length > 63) {
      errors.push(
        invalid(
          `spec.names.${field}`,
          value,
          lower ? `may have mixed case, but should otherwise match: ${label1035Text}` : label1035Text,
        ),
      );
    }
  };
  check('plural', plural, false);
  check('singular', singular, false);
  check('kind', kind, true);
  check('listKind', listKind, true);
  if (kind !== '' && kind === listKind)
    errors.push(invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  return errors;
}

function checkVersions(versions: readonly DefinitionVersion[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const shown = versions.length === 0 ? null : versions.map((version) => goVersion(version, versions));
  if (new Set(versions.map((version) => version.name)).size !== versions.length) {
    errors.push(invalid('spec.versions', shown, 'must contain unique version names'));
  }
  if (versions.filter((version) => version.storage).length !== 1)
    errors.push(invalid('spec.versions', shown, 'must have exactly one version marked as storage version'));
  return errors;
}

/** The first version that is to be stored is noted as such; every other one is missing there. */
function checkStored(versions: readonly DefinitionVersion[]): readonly FieldError[] {
  const stored = versions.filter((version) => version.storage);
  const [first, ...others] = stored;
  if (first === undefined)
    return [invalid('status.storedVersions', null, 'must have at least one stored version')];
  return others.map(({ name }) =>
    invalid('status.storedVersions', [first.name], `must have the storage version ${name}`),
  );
}

/** The name of the first version is kept a second time, where definitions had their only one. */
function checkFirstVersion(name: string): readonly FieldError[] {
  return name === '' || label1035.test(name) ? [] : [invalid('spec.version', name, label1035Text)];
}

/** As Go prints a version inside such a text; what all versions share is printed elsewhere there. */
function goVersion(version: DefinitionVersion, all: readonly DefinitionVersion[]): unknown {
  const own = (
    member: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
  ): unknown =>
    all.every((other) => equalData(other[member], version[member])) ? null : (version[member] ?? null);
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated === true,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: own('schema'),
    Subresources: goSubresources(own('subresources')),
    AdditionalPrinterColumns: own('additionalPrinterColumns'),
    SelectableFields: own('selectableFields'),
  };
}

function goSubresources(given: unknown): unknown {
  if (given === null) return null;
  const { status = null, scale } = given as NonNullable<DefinitionVersion['subresources']>;
  const paths =
    scale === undefined
      ? null
      : {
          SpecReplicasPath: scale.specReplicasPath ?? '',
          StatusReplicasPath: scale.statusReplicasPath ?? '',
          LabelSelectorPath: scale.labelSelectorPath ?? null,
        };
  return { Status: status, Scale: paths };
}

function checkConversion(conversion: DefinitionSpec['conversion']): readonly FieldError[] {
  const strategy = conversion?.strategy ?? 'None';
  if (strategy === 'None') return [];
  if (strategy !== 'Webhook') {
    return [
      {
        reason: 'FieldValueNotSupported',
        field: 'spec.conversion.strategy',
        message: `Unsupported value: ${JSON.stringify(strategy)}: supported values: "None", "Webhook"`,
      },
    ];
  }
  const errors: FieldError[] = [];
  if (conversion?.webhook?.clientConfig === undefined) {
    errors.push({
      ...required('spec.conversion.webhookClientConfig'),
      message: 'Required value: required when strategy is set to Webhook',
    });
  }
  if ((conversion?.webhook?.conversionReviewVersions ?? []).length === 0)
    errors.push(required('spec.conversion.conversionReviewVersions'));
  return errors;
}

export function invalid(field: string, value: unknown, text: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${text}` };
}

export function required(field: string): FieldError {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}
