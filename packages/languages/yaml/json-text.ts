import { yamlLimits } from './limits.ts';

/** The value of a JSON text, or undefined when it is not JSON or nests too deeply for those who walk it later. */
export function parseJsonText(
  text: string,
  depthMax = yamlLimits.depthMax,
): { readonly value: unknown } | undefined {
  if (!isShallow(text, depthMax)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}

/** Counts brackets outside of strings: one pass, no stack. */
function isShallow(text: string, depthMax: number): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (c === 123 || c === 91) {
      if (++depth > depthMax) return false;
    } else if (c === 125 || c === 93) depth--;
  }
  return true;
}
