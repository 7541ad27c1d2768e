import type { SchemaNode } from '@plumbline/api';
import { ElementError, elementOf, elementText } from './path-element.ts';
import { isMap, itemNode, memberOf, type Items, type Members } from './shape.ts';

const repeated = 'duplicate entries for key';

/**
 * Checks that an applied value fits its schema. Undefined: it does; else upstream's text. `repeats`: the names of items may
 * come twice, as they may in what plain writes send.
 */
export function checkTyped(node: SchemaNode, value: unknown, repeats = false): string | undefined {
  if (readsAndFits(node, value)) return undefined;
  const found: string[] = [];
  check(node, value, '', found);
  const errors = repeats ? found.filter((error) => !error.includes(repeated)) : found;
  if (errors.length <= 1) return errors[0];
  return ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
}

/** Items that lack all of their keys are told of at leisure, too. */
function readsAndFits(node: SchemaNode, value: unknown): boolean {
  try {
    return fits(node, value);
  } catch (thrown) {
    if (thrown instanceof ElementError) return false;
    throw thrown;
  }
}

/** The same question without a word about where and why, for nearly every value fits. */
export function fits(node: SchemaNode, value: unknown): boolean {
  if (value === null || value === undefined) return true;
  switch (node.type) {
    case 'object':
    case 'map':
      return isMap(value) && mapFits(node, value);
    case 'list':
      return Array.isArray(value) && listFits(node, value as Items);
    case 'any':
      return true;
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
    case 'bytes':
      return typeof value === 'string';
    default:
      return typeof value !== 'object';
  }
}

function mapFits(node: SchemaNode, value: Members): boolean {
  for (const key in value) {
    const member = memberOf(node, key);
    if (member === undefined || !fits(member.node, value[key])) return false;
  }
  return true;
}

function listFits(node: SchemaNode, value: Items): boolean {
  const items = itemNode(node);
  if (node.listType !== 'set' && node.listType !== 'map') return value.every((item) => fits(items, item));
  const seen = new Set<string>();
  for (const item of value) {
    // Items that cannot be named are told of at leisure.
    if (item === null || item === undefined) return false;
    if ((node.listType === 'map') !== isMap(item) || Array.isArray(item)) return false;
    const element = elementOf(node, item);
    if (seen.has(element) || !fits(items, item)) return false;
    seen.add(element);
  }
  return true;
}

function check(node: SchemaNode, value: unknown, path: string, errors: string[]): void {
  if (value === null || value === undefined) return;
  switch (node.type) {
    case 'object':
    case 'map':
      return checkMap(node, value, path, errors);
    case 'list':
      return checkList(node, value, path, errors);
    case 'any':
      return;
    default:
      return checkScalar(node, value, path, errors);
  }
}

function checkMap(node: SchemaNode, value: unknown, path: string, errors: string[]): void {
  if (!isMap(value)) return void errors.push(at(path, `expected map, got &{${plain(value)}}`));
  for (const key of Object.keys(value).toSorted()) {
    const member = memberOf(node, key);
    if (member === undefined) errors.push(at(`${path}.${key}`, 'field not declared in schema'));
    else check(member.node, value[key], `${path}.${key}`, errors);
  }
}

function checkList(node: SchemaNode, value: unknown, path: string, errors: string[]): void {
  if (!Array.isArray(value)) return void errors.push(at(path, `expected list, got &{${plain(value)}}`));
  const seen = new Set<string>();
  const named = node.listType === 'set' || node.listType === 'map';
  for (const [index, item] of (value as Items).entries()) {
    if (!named) {
      check(itemNode(node), item, `${path}[${index}]`, errors);
      continue;
    }
    try {
      const element = elementOf(node, item);
      if (seen.has(element)) errors.push(at(path, `${repeated} ${elementText(element)}`));
      seen.add(element);
      check(itemNode(node), item, `${path}${elementText(element)}`, errors);
    } catch (thrown) {
      if (!(thrown instanceof ElementError)) throw thrown;
      errors.push(at(path, `element ${index}: ${thrown.message}`));
      // Nothing is said of the items after one that cannot be named.
      return;
    }
  }
}

function checkScalar(node: SchemaNode, value: unknown, path: string, errors: string[]): void {
  switch (node.type) {
    case 'integer':
    case 'number':
      if (typeof value !== 'number')
        errors.push(at(path, `expected numeric (int or float), got ${goType(value)}`));
      return;
    case 'boolean':
      if (typeof value !== 'boolean') errors.push(at(path, `expected boolean, got &{${plain(value)}}`));
      return;
    case 'string':
    case 'bytes':
      if (typeof value !== 'string')
        errors.push(at(path, `expected string, got &value.valueUnstructured{Value:${syntax(value)}}`));
      return;
    default:
      if (typeof value === 'object') errors.push(at(path, `expected any scalar, got &{${plain(value)}}`));
  }
}

function at(path: string, message: string): string {
  return path === '' ? message : `${path}: ${message}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value;
}

/** As Go's %v prints it. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${(value as Items).map(plain).join(' ')}]`;
  if (!isMap(value)) return String(value as string | number | boolean);
  return `map[${Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${plain((value as Members)[key])}`)
    .join(' ')}]`;
}

/** As Go's %#v prints it. */
function syntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${(value as Items).map(syntax).join(', ')}}`;
  if (!isMap(value)) return JSON.stringify(value);
  return `map[string]interface {}{${Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${syntax((value as Members)[key])}`)
    .join(', ')}}`;
}
