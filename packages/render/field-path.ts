import { isRecord } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { err, ok, problem } from '@plumbline/base';

/** A field that was found: where, and what is there. */
export interface FoundField {
  /** JSON Pointer. */
  readonly pointer: string;
  readonly value: unknown;
}

/**
 * Finds the field that a path as people write it names: `spec.replicas`, `spec.template.spec.containers[0].image`,
 * `containers[name=web].env`, `metadata.labels[app.kubernetes.io/name]` or with dots escaped, `metadata.labels.a\.b/c`.
 */
export function findField(object: unknown, path: string): Result<FoundField> {
  let value = object;
  let pointer = '';
  for (const part of partsOf(path)) {
    const key = keyIn(value, part);
    if (key === undefined)
      return err(
        problem(
          'no-such-field',
          `there is no field ${path}: ${pointer === '' ? 'the object' : pointer} has no ${part}`,
          {
            hint: namesOf(value),
          },
        ),
      );
    value = Array.isArray(value) ? value[Number(key)] : isRecord(value) ? value[key] : undefined;
    pointer += `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return ok({ pointer, value });
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|((?:\\.|[^.[\\])+)/g)].map(
    ([, bracketed, plain]) => bracketed ?? (plain ?? '').replace(/\\(.)/g, '$1'),
  );
}

function keyIn(value: unknown, part: string): string | undefined {
  if (Array.isArray(value)) {
    const [, field, wanted] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    const index =
      field === undefined
        ? Number(part)
        : value.findIndex((item: unknown) => isRecord(item) && String(item[field] as string) === wanted);
    return Number.isInteger(index) && index >= 0 && index < value.length ? String(index) : undefined;
  }
  return isRecord(value) && Object.hasOwn(value, part) ? part : undefined;
}

function namesOf(value: unknown): string {
  if (Array.isArray(value)) return `it is a list of ${value.length}: [0] or [name=...]`;
  if (isRecord(value)) return `it has ${Object.keys(value).slice(0, 20).join(', ')}`;
  return 'it has no fields of its own';
}
