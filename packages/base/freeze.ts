/** Freezes plain data in depth; parts that are frozen already are taken to be frozen in depth. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && typeof item === 'object') deepFreeze(item);
    return value;
  }
  const record = value as Record<string, unknown>;
  for (const key in record) {
    const member = record[key];
    if (member !== null && typeof member === 'object') deepFreeze(member);
  }
  return value;
}
