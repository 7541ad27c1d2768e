import { fromGo, GoInt, sortedKeys } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';

type Plain = Readonly<Record<string, unknown>>;

/** Values as a record keeps them: keys in order, and whole numbers that JavaScript cannot count exactly as `bigint`. */
export function plainValues(values: GoMap): Plain {
  const plain: Record<string, unknown> = {};
  for (const key of sortedKeys(values)) {
    Object.defineProperty(plain, key, {
      value: plainValue(values.get(key) ?? null),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return plain;
}

function plainValue(value: Value): unknown {
  if (value instanceof Map) return plainValues(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof GoInt) {
    const number = Number(value.n);
    return Number.isSafeInteger(number) ? number : value.n;
  }
  return fromGo(value);
}
