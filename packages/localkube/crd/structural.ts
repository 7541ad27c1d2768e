import { RE2JS } from 're2js';
import { messageOf } from '@plumbline/base';
import type { FieldError } from '../registry/types.ts';
import {
  additionalOf,
  isIntOrString,
  preserves,
  propertyOf,
  isEmbedded,
  type JsonSchema,
} from './json-schema.ts';
import { prune } from './prune.ts';
import { checkCompiledRules } from './rule-costs.ts';
import { checkRules } from './rules.ts';
import { validateValue } from './validate.ts';

type Reason = FieldError['reason'];

/** What is wrong with the schema of a definition: the rules of a structural schema, with upstream's texts. */
export function checkSchema(schema: JsonSchema, path: string, status = false): readonly FieldError[] {
  const report: Report = { errors: [], ofRules: [] };
  if (status && schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    const text = `Invalid value: ${JSON.stringify(schema.type)}: only "object" is allowed as the type at the root of the schema if the status subresource is enabled`;
    add(report, 'FieldValueInvalid', `${path}.type`, text);
  }
  checkRootMetadata(schema, path, report);
  checkNode(schema, path, report, true);
  if (schema.type === undefined || schema.type === '')
    add(report, 'FieldValueRequired', `${path}.type`, 'Required value: must not be empty at the root');
  else if (schema.type !== 'object') {
    add(
      report,
      'FieldValueInvalid',
      `${path}.type`,
      `Invalid value: ${JSON.stringify(schema.type)}: must be object at the root`,
    );
  }
  // Types of a schema that is not sound mean nothing, so its expressions are not looked at.
  const compiled = report.errors.length === 0 ? checkCompiledRules(schema, path, report.ofRules) : [];
  return [...report.errors, ...report.ofRules, ...compiled];
}

interface Report {
  readonly errors: FieldError[];
  /** Mistakes in rules, which do not make the schema itself unsound. */
  readonly ofRules: FieldError[];
}

function add(report: Report, reason: Reason, field: string, message: string): void {
  report.errors.push({ reason, field, message });
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function checkRootMetadata(schema: JsonSchema, path: string, report: Report): void {
  const metadata = propertyOf(schema, 'metadata');
  if (metadata === undefined) return;
  const { type, description: _, properties, ...others } = metadata;
  const names = Object.keys(properties ?? {}).filter((name) => name !== 'name' && name !== 'generateName');
  if ((type === undefined || type === 'object') && names.length === 0 && Object.keys(others).length === 0)
    return;
  const text =
    'Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified';
  add(report, 'FieldValueForbidden', `${path}.properties[metadata]`, text);
}

function checkNode(schema: JsonSchema, path: string, report: Report, root = false): void {
  checkKeywords(schema, path, report);
  checkLists(schema, path, report);
  // Alternatives of a value without a type mean nothing: the missing type is the error.
  if (root || hasType(schema)) checkAlternatives(schema, path, report);
  checkRules(schema, path, (reason, field, message) => report.ofRules.push({ reason, field, message }));
  if (schema.default !== undefined) checkDefault(schema, path, report);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    if (!(root && name === 'metadata')) requireType(property, at, 'specified object fields', report);
    checkNode(property, at, report);
  }
  const other = additionalOf(schema);
  if (other !== undefined) {
    requireType(other, `${path}.additionalProperties`, 'specified object fields', report);
    checkNode(other, `${path}.additionalProperties`, report);
  }
  if (Array.isArray(schema.items)) {
    const text = 'Forbidden: items must be a schema object and not an array';
    add(report, 'FieldValueForbidden', `${path}.items`, text);
  } else if (schema.items !== undefined) {
    requireType(schema.items, `${path}.items`, 'specified array items', report);
    checkNode(schema.items, `${path}.items`, report);
  }
}

function requireType(schema: JsonSchema, path: string, where: string, report: Report): void {
  if (hasType(schema) || schema.$ref !== undefined) return;
  add(report, 'FieldValueRequired', `${path}.type`, `Required value: must not be empty for ${where}`);
}

function hasType(schema: JsonSchema): boolean {
  return (schema.type ?? '') !== '' || isIntOrString(schema) || preserves(schema);
}

function checkKeywords(schema: JsonSchema, path: string, report: Report): void {
  if (schema.$ref !== undefined)
    add(report, 'FieldValueForbidden', `${path}.$ref`, 'Forbidden: $ref is not supported');
  if (schema.uniqueItems === true) {
    const text =
      'Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    add(report, 'FieldValueForbidden', `${path}.uniqueItems`, text);
  }
  if (schema.type !== undefined && schema.type !== '' && !types.includes(schema.type)) {
    const text = `Unsupported value: ${JSON.stringify(schema.type)}: supported values: ${types.map((type) => `"${type}"`).join(', ')}`;
    add(report, 'FieldValueNotSupported', `${path}.type`, text);
  }
  if (schema.properties !== undefined && additionalOf(schema) !== undefined) {
    const text = 'Forbidden: additionalProperties and properties are mutual exclusive';
    add(report, 'FieldValueForbidden', `${path}.additionalProperties`, text);
  }
  if (schema.type === 'array' && schema.items === undefined) {
    add(report, 'FieldValueRequired', `${path}.items`, 'Required value: must be specified');
  }
  if (isEmbedded(schema) && schema.type !== 'object') {
    add(
      report,
      'FieldValueInvalid',
      `${path}.type`,
      `Invalid value: ${JSON.stringify(schema.type ?? '')}: must be object if x-kubernetes-embedded-resource is true`,
    );
  }
  if (schema.pattern !== undefined) checkPattern(schema.pattern, `${path}.pattern`, report);
}

function checkPattern(pattern: string, path: string, report: Report): void {
  try {
    RE2JS.compile(pattern);
  } catch (thrown) {
    const text = `must be a valid regular expression, but isn't: ${messageOf(thrown)}`;
    add(report, 'FieldValueInvalid', path, `Invalid value: ${JSON.stringify(pattern)}: ${text}`);
  }
}

function checkLists(schema: JsonSchema, path: string, report: Report): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    const text = `Unsupported value: ${JSON.stringify(mapType)}: supported values: "atomic", "granular"`;
    add(report, 'FieldValueNotSupported', `${path}.x-kubernetes-map-type`, text);
  }
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return;
  const at = `${path}.x-kubernetes-list-type`;
  if (!['atomic', 'set', 'map'].includes(listType)) {
    return add(
      report,
      'FieldValueNotSupported',
      at,
      `Unsupported value: ${JSON.stringify(listType)}: supported values: "atomic", "set", "map"`,
    );
  }
  if (schema.type !== 'array') {
    return add(
      report,
      'FieldValueInvalid',
      `${path}.type`,
      `Invalid value: ${JSON.stringify(schema.type ?? '')}: must be array if x-kubernetes-list-type is specified`,
    );
  }
  const { items } = schema;
  if (listType === 'set' && items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    const value = JSON.stringify(items['x-kubernetes-map-type'] ?? null);
    const text = `Invalid value: ${value}: must be atomic as item of a list with x-kubernetes-list-type=set`;
    add(report, 'FieldValueInvalid', `${path}.items.x-kubernetes-map-type`, text);
  }
  if (listType === 'map') checkListKeys(schema, path, report);
}

function checkListKeys(schema: JsonSchema, path: string, report: Report): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length === 0) {
    const text = 'Required value: must not be empty if x-kubernetes-list-type is map';
    return add(report, 'FieldValueRequired', `${path}.x-kubernetes-list-map-keys`, text);
  }
  const items = schema.items ?? {};
  for (const key of keys) {
    const property = propertyOf(items, key);
    const at = `${path}.items.properties[${key}]`;
    if (property === undefined) {
      const text = `Invalid value: ${JSON.stringify(key)}: entries must all be names of item properties`;
      add(report, 'FieldValueInvalid', `${path}.x-kubernetes-list-map-keys`, text);
    } else if (property.default === undefined && items.required?.includes(key) !== true) {
      const text =
        'Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      add(report, 'FieldValueRequired', `${at}.default`, text);
    }
  }
}

/** What alternatives may not say, because they only restrict what the schema itself declares. */
const forbiddenInside = [
  'type',
  'additionalProperties',
  'default',
  'nullable',
  'title',
  'description',
] as const;

function checkAlternatives(schema: JsonSchema, path: string, report: Report): void {
  for (const junction of ['allOf', 'anyOf', 'oneOf'] as const) {
    schema[junction]?.forEach((inner, i) => checkInside(schema, inner, `${path}.${junction}[${i}]`, report));
  }
  if (schema.not !== undefined) checkInside(schema, schema.not, `${path}.not`, report);
}

function checkInside(outer: JsonSchema, inner: JsonSchema, path: string, report: Report): void {
  for (const keyword of forbiddenInside) {
    if (inner[keyword] === undefined || (keyword === 'type' && isIntOrString(outer))) continue;
    add(report, 'FieldValueForbidden', `${path}.${keyword}`, 'Forbidden: must be empty to be structural');
  }
  if (inner.pattern !== undefined) checkPattern(inner.pattern, `${path}.pattern`, report);
  for (const [name, property] of Object.entries(inner.properties ?? {})) {
    const declared = propertyOf(outer, name);
    const at = `${path}.properties[${name}]`;
    if (declared !== undefined) checkInside(declared, property, at, report);
    else if (additionalOf(outer) === undefined) {
      add(
        report,
        'FieldValueRequired',
        at.replace(path, path.replace(/\.(?:allOf|anyOf|oneOf)\[\d+\]$|\.not$/, '')),
        `Required value: because it is defined in ${at}`,
      );
    }
  }
  if (inner.items !== undefined && outer.items !== undefined)
    checkInside(outer.items, inner.items, `${path}.items`, report);
  const nested = {
    ...outer,
    allOf: inner.allOf,
    anyOf: inner.anyOf,
    oneOf: inner.oneOf,
    not: inner.not,
  } as JsonSchema;
  checkAlternatives(nested, path, report);
}

/** A default has to be a valid value itself. */
function checkDefault(schema: JsonSchema, path: string, report: Report): void {
  const value = structuredClone(schema.default);
  const dropped =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? prune(schema, value as Record<string, unknown>)
      : [];
  if (dropped.length > 0) {
    const text = 'must not have unspecified fields';
    add(
      report,
      'FieldValueInvalid',
      `${path}.default`,
      `Invalid value: ${JSON.stringify(schema.default)}: ${text}`,
    );
  }
  for (const error of validateValue(schema, value, ''))
    report.errors.push({
      ...error,
      field: `${path}.default${error.field === '' || error.field === '<nil>' ? '' : `.${error.field}`}`,
    });
}
