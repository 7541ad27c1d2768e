import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printValue } from '../go/index.ts';
import { goValue, render, testFunctions } from './test/render.ts';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const file = join(root, 'rendering/go-tables/sprig.json');

interface Row {
  readonly test: string;
  readonly kind: string;
  readonly case: unknown;
  readonly oracle?: string;
}
interface Run {
  readonly tpl: string;
  readonly expect: string;
  readonly vars?: unknown;
}
const rows: readonly Row[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Row[]) : [];

/** Templates with what they print, in one of the two shapes that upstream's tests have. */
function* runs(): Generator<readonly [string, Run]> {
  for (const row of rows) {
    if (row.kind === 'run' && row.oracle === 'equal') yield [row.test, row.case as Run];
    if (row.kind !== 'pair' || !Array.isArray(row.case)) continue;
    const [tpl, wanted] = row.case as unknown[];
    if (typeof tpl !== 'string' || !tpl.includes('{{') || JSON.stringify(wanted).includes('$unknown'))
      continue;
    if (JSON.stringify(wanted).includes('$sym')) continue;
    yield [row.test, { tpl, expect: typeof wanted === 'string' ? wanted : printValue(goValue(wanted)) }];
  }
}

describe.skipIf(rows.length === 0)("the tables of sprig's own tests", () => {
  const functions = testFunctions();
  it.each([...runs()].map(([test, run]) => [test, run.tpl, run] as const))('%s: %s', (_, tpl, run) => {
    expect(render(tpl, goValue(run.vars ?? {}), functions)).toBe(run.expect);
  });

  it('regular expressions', () => {
    for (const row of rows) {
      if (row.kind !== 'table' || !row.test.startsWith('regex_test.go:')) continue;
      const { args, expected } = row.case as { args: Record<string, unknown>; expected: unknown };
      const name = row.test.replace(/.*:TestM/, 'm').replace('Findl', 'Find');
      const order = [args['regex'], args['s'], args['repl'] ?? args['n']].filter(
        (each) => each !== undefined,
      );
      const result = functions.get(name)?.call(order.map(goValue));
      expect(Array.isArray(result) ? result.length : result, JSON.stringify(row.case)).toBe(expected);
    }
  });
});
