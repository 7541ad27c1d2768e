import { parseConstraints, parseVersion, satisfies } from '@plumbline/languages';

/** Whether a text is a version, as loosely as charts write them. */
export function isValidVersion(text: string): boolean {
  return parseVersion(text).ok;
}

/** Whether a version lies in a range; what is no range or no version fits nothing. */
export function isCompatibleRange(range: string, text: string): boolean {
  const constraints = parseConstraints(range);
  if (!constraints.ok) return false;
  const version = parseVersion(text);
  return version.ok && satisfies(version.value, constraints.value);
}
