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
  const report: Report = { first: [], structural: [], ofDefaults: [], errors: [], ofRules: [], unread: [] };
  if (status && schema.type !== undefined && schema.type !== '' && schema.type !== 'object') {
    const text = `Invalid value: ${JSON.stringify(schema.type)}: only "object" is allowed as the type at the root of the schema if the status subresource is enabled`;
    report.first.push({ reason: 'FieldValueInvalid', field: `${path}.type`, message: text });
  }
  checkRootMetadata(schema, path, report);
  checkNode(schema, path, report, true);
  checkComplete(schema, schema, path, path, report);
  if (schema.type === undefined || schema.type === '')
    shapeless(report, 'FieldValueRequired', `${path}.type`, 'Required value: must not be empty at the root');
  else if (schema.type !== 'object') {
    const text = `Invalid value: ${JSON.stringify(schema.type)}: must be object at the root`;
    shapeless(report, 'FieldValueInvalid', `${path}.type`, text);
  }
  const { first, structural, errors, unread } = report;
  // Defaults are judged by a sound structure only, and types of a schema that is not sound mean nothing for rules.
  const ofDefaults = structural.length === 0 && unread.length === 0 ? report.ofDefaults : [];
  const found = [...first, ...structural.toSorted(byText), ...ofDefaults, ...errors];
  const compiled = found.length === 0 ? checkCompiledRules(schema, path, report.ofRules) : [];
  return [...found, ...report.ofRules, ...compiled];
}

function byText(a: FieldError, b: FieldError): number {
  return `${a.field}: ${a.message}` < `${b.field}: ${b.message}` ? -1 : 1;
}

/** Mistakes by the look at the schema that finds them; they come in this order. */
interface Report {
  readonly first: FieldError[];
  readonly structural: FieldError[];
  readonly ofDefaults: FieldError[];
  readonly errors: FieldError[];
  /** Places where no structure can be read at all. */
  readonly unread: string[];
  /** Mistakes in rules, which do not make the schema itself unsound. */
  readonly ofRules: FieldError[];
}

function add(report: Report, reason: Reason, field: string, message: string): void {
  report.errors.push({ reason, field, message });
}

function shapeless(report: Report, reason: Reason, field: string, message: string): void {
  report.structural.push({ reason, field, message });
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
  shapeless(report, 'FieldValueForbidden', `${path}.properties[metadata]`, text);
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
    report.unread.push(path);
    add(report, 'FieldValueForbidden', `${path}.items`, text);
  } else if (schema.items !== undefined) {
    requireType(schema.items, `${path}.items`, 'specified array items', report);
    checkNode(schema.items, `${path}.items`, report);
  }
}

function requireType(schema: JsonSchema, path: string, where: string, report: Report): void {
  if (hasType(schema) || schema.$ref !== undefined) return;
  shapeless(report, 'FieldValueRequired', `${path}.type`, `Required value: must not be empty for ${where}`);
}

function hasType(schema: JsonSchema): boolean {
  return (schema.type ?? '') !== '' || isIntOrString(schema) || preserves(schema);
}

function checkKeywords(schema: JsonSchema, path: string, report: Report): void {
  if (schema.$ref !== undefined) {
    report.unread.push(path);
    add(report, 'FieldValueForbidden', `${path}.$ref`, 'Forbidden: $ref is not supported');
  }
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
    shapeless(
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
    shapeless(report, 'FieldValueInvalid', path, `Invalid value: ${JSON.stringify(pattern)}: ${text}`);
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
  for (const [inner, at] of alternativesOf(schema, path)) checkInside(schema, inner, at, report);
}

function alternativesOf(schema: JsonSchema, path: string): readonly (readonly [JsonSchema, string])[] {
  return [
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((junction) =>
      (schema[junction] ?? []).map((inner, i) => [inner, `${path}.${junction}[${i}]`] as const),
    ),
    ...(schema.not === undefined ? [] : [[schema.not, `${path}.not`] as const]),
  ];
}

/** `outer`: what the schema itself says of the same place, if anything. */
function checkInside(outer: JsonSchema | undefined, inner: JsonSchema, path: string, report: Report): void {
  for (const keyword of forbiddenInside) {
    const fits = keyword === 'type' && outer !== undefined && isIntOrString(outer);
    if (inner[keyword] === undefined || fits) continue;
    shapeless(
      report,
      'FieldValueForbidden',
      `${path}.${keyword}`,
      'Forbidden: must be empty to be structural',
    );
  }
  if (inner.pattern !== undefined) checkPattern(inner.pattern, `${path}.pattern`, report);
  for (const [name, property] of Object.entries(inner.properties ?? {}))
    checkInside(outer && propertyOf(outer, name), property, `${path}.properties[${name}]`, report);
  if (inner.items !== undefined && !Array.isArray(inner.items))
    checkInside(outer?.items, inner.items, `${path}.items`, report);
  for (const [nested, at] of alternativesOf(inner, path)) checkInside(outer, nested, at, report);
}

/** What alternatives at the root speak of has to be declared; upstream asks for that at the root only. */
function checkComplete(
  declared: JsonSchema,
  speaking: JsonSchema,
  path: string,
  at: string,
  report: Report,
): void {
  for (const [inner, place] of alternativesOf(speaking, at)) {
    for (const [name, property] of Object.entries(inner.properties ?? {}))
      checkDeclared(declared, name, property, path, place, report);
    checkComplete(declared, inner, path, place, report);
  }
}

function checkDeclared(
  declared: JsonSchema,
  name: string,
  property: JsonSchema,
  path: string,
  at: string,
  report: Report,
): void {
  const [here, there] = [`${path}.properties[${name}]`, `${at}.properties[${name}]`];
  const found = propertyOf(declared, name) ?? additionalOf(declared);
  if (found === undefined)
    return shapeless(report, 'FieldValueRequired', here, `Required value: because it is defined in ${there}`);
  for (const [inner, member] of Object.entries(property.properties ?? {}))
    checkDeclared(found, inner, member, here, there, report);
  checkComplete(found, property, here, there, report);
}

/** A default has to be a valid value itself. */
function checkDefault(schema: JsonSchema, path: string, report: Report): void {
  const value = structuredClone(schema.default);
  const dropped =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? prune(schema, value as Record<string, unknown>)
      : [];
  if (dropped.length > 0) {
    const message = `Invalid value: ${JSON.stringify(schema.default)}: must not have unknown fields`;
    report.ofDefaults.push({ reason: 'FieldValueInvalid', field: `${path}.default`, message });
  }
  report.ofDefaults.push(...validateValue(schema, value, undefined, `${path}.default`));
}
