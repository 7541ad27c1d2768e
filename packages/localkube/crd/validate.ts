import { RE2JS } from 're2js';
import { canonicalJson, equalData } from '@plumbline/base';
import { labelErrors } from '../registry/names.ts';
import type { FieldError } from '../registry/types.ts';
import { compactOf, hasType, memberOf, type Compact } from './compact.ts';
import { hasFormat } from './formats.ts';
import {
  additionalOf,
  isData,
  isEmbedded,
  isIntOrString,
  propertyOf,
  type Data,
  type JsonSchema,
} from './json-schema.ts';

const patterns = new WeakMap<JsonSchema, RE2JS>();

/**
 * Checks a value against a schema, with the texts of upstream. `previous`: the value before an update, in which what
 * was wrong already and did not change is not held against the new one.
 */
export function validateValue(
  schema: JsonSchema,
  value: unknown,
  path: string,
  previous?: unknown,
): readonly FieldError[] {
  // Nearly every value is right, and only mistakes need paths.
  if (fits(compactOf(schema), value, previous)) return [];
  const errors: FieldError[] = [];
  check(schema, value, path, errors, previous);
  if (errors.length > 0 && previous !== undefined) {
    const changed: FieldError[] = [];
    checkChanged(schema, value, previous, path, changed);
    return changed;
  }
  return errors;
}

/** True: `check` would find nothing. */
function fits(node: Compact, value: unknown, previous: unknown): boolean {
  if (value === previous && typeof value === 'object' && value !== null) return true;
  if (!node.easy) {
    const errors: FieldError[] = [];
    if (!checkOwn(node.schema, value, '', errors) || errors.length > 0) return false;
  } else if (!hasType(node, value)) return false;
  if (value === null || typeof value !== 'object') return true;
  if (Array.isArray(value)) {
    const { items } = node;
    const before: readonly unknown[] = Array.isArray(previous) ? previous : [];
    return items === undefined || value.every((item: unknown, i) => fits(items, item, before[i]));
  }
  for (const name of node.required) if (!Object.hasOwn(value, name)) return false;
  const map = value as Data;
  const before: Data = isData(previous) ? previous : {};
  for (const key in map) {
    const member = memberOf(node, key);
    if (member !== undefined && !fits(member, map[key], before[key])) return false;
  }
  return true;
}

/** The errors of this very value, then of what it holds. What an update shares with `previous` did not change. */
function check(
  schema: JsonSchema,
  value: unknown,
  path: string,
  errors: FieldError[],
  previous?: unknown,
): void {
  if (value === previous && typeof value === 'object' && value !== null) return;
  if (!checkOwn(schema, value, path, errors)) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    const before: readonly unknown[] = Array.isArray(previous) ? previous : [];
    if (items !== undefined)
      value.forEach((item: unknown, i) => check(items, item, `${path}[${i}]`, errors, before[i]));
  } else if (isData(value)) {
    const before = isData(previous) ? previous : {};
    for (const key of Object.keys(value)) {
      const property = memberSchema(schema, key);
      if (property !== undefined) check(property, value[key], join(path, key), errors, before[key]);
    }
  }
}

/** As `check`, passing over everything that is as it was. */
function checkChanged(
  schema: JsonSchema,
  value: unknown,
  previous: unknown,
  path: string,
  errors: FieldError[],
): void {
  if (equalData(value, previous)) return;
  if (!checkOwn(schema, value, path, errors)) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return;
    const before = previousItems(schema, previous);
    value.forEach((item: unknown, i) => checkChanged(items, item, before(item), `${path}[${i}]`, errors));
  } else if (isData(value)) {
    for (const key of Object.keys(value)) {
      const property = memberSchema(schema, key);
      if (property === undefined) continue;
      checkChanged(
        property,
        value[key],
        isData(previous) ? previous[key] : undefined,
        join(path, key),
        errors,
      );
    }
  }
}

/** Only items of map lists can be told apart when they change. */
function previousItems(schema: JsonSchema, previous: unknown): (item: unknown) => unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(previous)) return () => undefined;
  const keyed = new Map((previous as readonly unknown[]).map((item) => [keyText(schema, item), item]));
  return (item) => keyed.get(keyText(schema, item));
}

function memberSchema(schema: JsonSchema, key: string): JsonSchema | undefined {
  return propertyOf(schema, key) ?? additionalOf(schema);
}

/** False: the type is wrong, so nothing below it makes sense. */
function checkOwn(schema: JsonSchema, value: unknown, path: string, errors: FieldError[]): boolean {
  if (value === null && schema.nullable === true) return true;
  const fits = checkType(schema, value, path, errors);
  checkEnum(schema, value, path, errors);
  checkAlternatives(schema, value, path, errors);
  if (!fits) return false;
  if (typeof value === 'string') checkString(schema, value, path, errors);
  else if (typeof value === 'number') checkNumber(schema, value, path, errors);
  else if (Array.isArray(value)) checkArray(schema, value as readonly unknown[], path, errors);
  else if (isData(value)) checkObject(schema, value, path, errors);
  return true;
}

function checkType(schema: JsonSchema, value: unknown, path: string, errors: FieldError[]): boolean {
  const actual = typeName(value);
  const { type } = schema;
  if (isIntOrString(schema)) {
    if (actual === 'integer' || actual === 'string') return true;
  } else if (type === undefined || type === '' || type === actual) return true;
  else if (type === 'number' && actual === 'integer') return true;
  const { format } = schema;
  const ofFormat = format !== undefined && format !== '' && !isIntOrString(schema);
  // Upstream holds lists and texts against a format by its own way, which says nothing of lists.
  if (ofFormat && type === 'string' && actual === 'array') return false;
  const formatless = ofFormat && actual !== 'string' && actual !== 'array' && actual !== 'null';
  const wanted = formatless ? format : isIntOrString(schema) ? 'integer,string' : type;
  const shown = JSON.stringify(formatless ? goFormat(actual) : actual);
  errors.push({
    reason: 'FieldValueTypeInvalid',
    field: path,
    message: `Invalid value: ${shown}: ${path} in body must be of type ${wanted}: ${shown}`,
  });
  return false;
}

/** What upstream takes for the format of a value. */
function goFormat(actual: string): string {
  return actual === 'integer' ? 'int64' : actual === 'number' ? 'double' : '';
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkEnum(schema: JsonSchema, value: unknown, path: string, errors: FieldError[]): void {
  if (schema.enum === undefined || schema.enum.some((one) => equalData(one, value))) return;
  const supported = schema.enum.map((one) => JSON.stringify(one)).join(', ');
  errors.push({
    reason: 'FieldValueNotSupported',
    field: path,
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
  });
}

function checkString(schema: JsonSchema, value: string, path: string, errors: FieldError[]): void {
  const mistake = stringMistake(schema, value, path);
  if (mistake !== undefined) errors.push(mistake);
  if (schema.format !== undefined && !hasFormat(schema.format, value)) {
    const text = `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`;
    errors.push({ ...invalid(path, value, text), reason: 'FieldValueTypeInvalid' });
  }
}

/** Upstream reports the first of these only. */
function stringMistake(schema: JsonSchema, value: string, path: string): FieldError | undefined {
  const { minLength, maxLength, pattern } = schema;
  const length = minLength === undefined && maxLength === undefined ? 0 : Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) {
    return {
      reason: 'FieldValueTooLong',
      field: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    };
  }
  if (minLength !== undefined && length < minLength) {
    return invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (pattern === undefined || pattern === '' || matches(schema, value)) return undefined;
  return invalid(path, value, `${path} in body should match '${pattern}'`);
}

/** Patterns come from whoever may write a definition, so they run in linear time. */
function matches(schema: JsonSchema, value: string): boolean {
  let pattern = patterns.get(schema);
  if (pattern === undefined) patterns.set(schema, (pattern = RE2JS.compile(schema.pattern!)));
  return pattern.matcher(value).find();
}

function checkNumber(schema: JsonSchema, value: number, path: string, errors: FieldError[]): void {
  const { multipleOf } = schema;
  // Go compares a whole number with what is whole of the bounds.
  const bound = (of: number | undefined): number | undefined =>
    of !== undefined && Number.isInteger(value) ? Math.trunc(of) : of;
  const [minimum, maximum] = [bound(schema.minimum), bound(schema.maximum)];
  if (minimum !== undefined && (value < minimum || (schema.exclusiveMinimum === true && value === minimum))) {
    const or = schema.exclusiveMinimum === true ? '' : ' or equal to';
    errors.push(invalid(path, value, `${path} in body should be greater than${or} ${minimum}`));
  }
  if (maximum !== undefined && (value > maximum || (schema.exclusiveMaximum === true && value === maximum))) {
    const or = schema.exclusiveMaximum === true ? '' : ' or equal to';
    errors.push(invalid(path, value, `${path} in body should be less than${or} ${maximum}`));
  }
  if (
    multipleOf !== undefined &&
    multipleOf > 0 &&
    !Number.isInteger(Number((value / multipleOf).toFixed(9)))
  ) {
    errors.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  }
}

function checkArray(schema: JsonSchema, value: readonly unknown[], path: string, errors: FieldError[]): void {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalid(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    errors.push(tooMany(path, value.length, schema.maxItems));
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return;
  const seen = new Map<string, number>();
  value.forEach((item, i) => {
    const key = listType === 'set' ? canonicalJson(item) : keyText(schema, item);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    // Each is reported once, however often it comes.
    if (count === 2)
      errors.push({
        reason: 'FieldValueDuplicate',
        field: `${path}[${i}]`,
        message: `Duplicate value: ${key}`,
      });
  });
}

function keyText(schema: JsonSchema, item: unknown): string {
  if (!isData(item)) return canonicalJson(item);
  const keys: Data = {};
  for (const key of schema['x-kubernetes-list-map-keys'] ?? [])
    if (item[key] !== undefined) keys[key] = item[key];
  return canonicalJson(keys);
}

function checkObject(schema: JsonSchema, value: Data, path: string, errors: FieldError[]): void {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) errors.push(required(join(path, name)));
  }
  if (schema.minProperties !== undefined || schema.maxProperties !== undefined) {
    const count = Object.keys(value).length;
    if (schema.minProperties !== undefined && count < schema.minProperties) {
      errors.push(
        invalid(path, count, `${path} in body should have at least ${schema.minProperties} properties`),
      );
    }
    if (schema.maxProperties !== undefined && count > schema.maxProperties)
      errors.push(tooMany(path, count, schema.maxProperties));
  }
  if (!isEmbedded(schema)) return;
  for (const name of ['apiVersion', 'kind']) {
    if (typeof value[name] !== 'string' || value[name] === '') errors.push(required(join(path, name)));
  }
  checkEmbeddedMetadata(value['metadata'], join(path, 'metadata'), errors);
}

/** The labels of an embedded object follow the rules of all labels. */
function checkEmbeddedMetadata(metadata: unknown, path: string, errors: FieldError[]): void {
  if (!isData(metadata) || !isData(metadata['labels'])) return;
  const labels = Object.entries(metadata['labels']).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  errors.push(...labelErrors(Object.fromEntries(labels), `${path}.labels`));
}

function checkAlternatives(schema: JsonSchema, value: unknown, path: string, errors: FieldError[]): void {
  const { allOf, anyOf, oneOf, not } = schema;
  if (anyOf !== undefined) {
    const results = anyOf.map((one) => errorsOf(one, value, path));
    if (!results.some((found) => found.length === 0)) {
      errors.push(logical(`"${path}" must validate at least one schema (anyOf)`), ...(results[0] ?? []));
    }
  }
  if (oneOf !== undefined) checkOneOf(oneOf, value, path, errors);
  if (allOf !== undefined) {
    const found = allOf.flatMap((one) => errorsOf(one, value, path));
    if (found.length > 0) errors.push(...found, logical(`"${path}" must validate all the schemas (allOf)`));
  }
  if (not !== undefined && errorsOf(not, value, path).length === 0) {
    errors.push(logical(`"${path}" must not validate the schema (not)`));
  }
}

function checkOneOf(oneOf: readonly JsonSchema[], value: unknown, path: string, errors: FieldError[]): void {
  const results = oneOf.map((one) => errorsOf(one, value, path));
  const valid = results.filter((found) => found.length === 0).length;
  if (valid === 1) return;
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  errors.push(logical(`"${path}" must validate one and only one schema (oneOf). ${found}`));
  if (valid === 0) errors.push(...(results[0] ?? []));
}

function errorsOf(schema: JsonSchema, value: unknown, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  check(schema, value, path, errors);
  return errors;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function invalid(field: string, value: unknown, text: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${text}` };
}

function required(field: string): FieldError {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}

function tooMany(field: string, count: number, most: number): FieldError {
  return {
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`,
  };
}

/** Upstream gives these errors no field. */
function logical(text: string): FieldError {
  return { reason: 'FieldValueInvalid', field: '<nil>', message: `Invalid value: "": ${text}` };
}
