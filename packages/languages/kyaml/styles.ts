import { isRecord } from '@plumbline/base';
import { PlainScalar } from './schema.ts';

/** How scalars of a document were written. */
export interface ScalarStyles {
  /** Whether some number may be written otherwise than it is printed. */
  readonly hasOddNumbers: boolean;
  /** Whether a field's value stood in quotes or in a block; undefined: it does not stand there. */
  isQuoted(mapping: object, key: string): boolean | undefined;
  /** The text of a field's value that stood without quotes. */
  plainText(mapping: object, key: string): string | undefined;
}

/** `+1`, `017`, `0x1f`, `1_000`, `1.50`, `.5`, `1e3`, dates: found too often rather than too seldom. */
const oddNumber = /[:\s[,{](?:\+[\d.]|-?0[xXoObB\d]|-?\d[\d_]*[_.eE-]|-?\.\d)/;

/** All mappings and lists below a value, each time in the same order. */
function containersOf(value: unknown, found: object[] = []): object[] {
  if (Array.isArray(value)) {
    found.push(value);
    for (const item of value as readonly unknown[]) if (typeof item === 'object') containersOf(item, found);
  } else if (isRecord(value) && !(value instanceof PlainScalar)) {
    found.push(value);
    for (const child of Object.values(value)) if (typeof child === 'object') containersOf(child, found);
  }
  return found;
}

/**
 * The styles of a document whose mappings are `containers`. Few builds ever ask for one, so the text is read for them when
 * somebody does: `readAgain` gives the same document with `PlainScalar`s.
 */
export function scalarStyles(
  containers: readonly object[],
  text: string,
  readAgain: () => unknown,
): ScalarStyles {
  let twins: ReadonlyMap<object, object> | undefined;
  const written = (mapping: object, key: string): unknown => {
    if (twins === undefined) {
      const again = containersOf(readAgain());
      twins = new Map(containers.map((one, i) => [one, again[i] ?? {}]));
    }
    const twin = twins.get(mapping);
    return twin !== undefined && Object.hasOwn(twin, key)
      ? (twin as Record<string, unknown>)[key]
      : undefined;
  };
  return {
    get hasOddNumbers() {
      return oddNumber.test(text);
    },
    isQuoted(mapping, key) {
      const found = written(mapping, key);
      return found === undefined ? undefined : typeof found === 'string';
    },
    plainText(mapping, key) {
      const found = written(mapping, key);
      return found instanceof PlainScalar ? found.text : undefined;
    },
  };
}
