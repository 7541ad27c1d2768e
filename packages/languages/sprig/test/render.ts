import { randomBytes, randomUUID } from 'node:crypto';
import { createSprigCrypto } from '@plumbline/crypto';
import { GoInt } from '../../go/index.ts';
import type { GoFunctions, GoMap, Value } from '../../go/index.ts';
import { createTemplates } from '../../template/index.ts';
import { sprigFunctions } from '../index.ts';
import type { SprigPorts } from '../index.ts';

/** The moment that `now` is in tests: 2026-05-06 07:08:09 UTC. */
export const testNow = Date.UTC(2026, 4, 6, 7, 8, 9);

/** Sprig's functions with a pinned clock and real chance. */
export function testFunctions(more: Partial<SprigPorts> = {}): GoFunctions {
  const random = { bytes: (count: number) => randomBytes(count), uuid: () => randomUUID() };
  return sprigFunctions({
    random: { stream: () => random },
    now: () => testNow,
    crypto: createSprigCrypto(),
    ...more,
  });
}

/** The text that a template makes of a value. */
export function render(
  template: string,
  root: Value = new Map(),
  functions: GoFunctions = testFunctions(),
): string {
  const templates = createTemplates({ functions, missingKey: 'zero' });
  templates.parse('t', template);
  return templates.execute('t', root);
}

/** What a template says when it fails, without its place. */
export function failure(template: string, root: Value = new Map(), functions?: GoFunctions): string {
  try {
    return `no error but ${render(template, root, functions)}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.replace(/^.*error calling \w+: /s, '') : String(thrown);
  }
}

/** Values as Go programs write them: whole numbers are int. */
export function goValue(value: unknown): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? new GoInt('int', BigInt(value)) : value;
  if (value === null || typeof value !== 'object') return value as Value;
  if (Array.isArray(value)) return value.map(goValue);
  return new Map(Object.entries(value).map(([key, each]) => [key, goValue(each)])) as GoMap;
}
