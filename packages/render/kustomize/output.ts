import { isRecord } from '@plumbline/base';
import { GoInt, writeYaml } from '@plumbline/languages';
import type { JsonObject } from './resource.ts';

/** One resource as kustomize prints it: sorted keys, as YAML that went through JSON. */
export function writeResource(object: JsonObject): string {
  return writeYaml(hasBigInt(object) ? withGoInts(object) : object);
}

/** Documents in a row. */
export function writeResources(objects: readonly JsonObject[]): string {
  return objects.map(writeResource).join('---\n');
}

function hasBigInt(value: unknown): boolean {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasBigInt);
  for (const key in value) if (hasBigInt((value as JsonObject)[key])) return true;
  return false;
}

/** The printer knows Go's integers, not ours. */
function withGoInts(value: unknown): unknown {
  if (typeof value === 'bigint') return new GoInt('int64', value);
  if (Array.isArray(value)) return value.map(withGoInts);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withGoInts(child)]));
}

/** The same object where every integer is a `number`, as everybody behind a build expects it. */
export function withoutBigInts(object: JsonObject): JsonObject {
  return hasBigInt(object) ? (asNumbers(object) as JsonObject) : object;
}

function asNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(asNumbers);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, asNumbers(child)]));
}
