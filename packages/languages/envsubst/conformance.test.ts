import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvsubst, substitute } from './index.ts';
import type { EnvsubstNode } from './index.ts';

const data = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(data, 'flux/envsubst');
const present = existsSync(folder);

function linesOf<T>(file: string): T[] {
  if (!present) return [];
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as T);
}

interface EvalCase {
  readonly name: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly input: string;
  readonly strict: boolean;
  readonly output?: string;
  readonly error?: string;
}

interface ParseCase {
  readonly name: string;
  readonly input: string;
  readonly tree?: unknown;
  readonly error?: string;
}

describe.skipIf(!present)('substitution, as upstream tests it', () => {
  it.each(linesOf<EvalCase>('eval.jsonl').map((row) => [row.name, row] as const))('%s', (_, row) => {
    const done = substitute(row.input, (name) => row.vars[name], { strict: row.strict });
    if (row.error === undefined) expect(done).toEqual({ ok: true, value: row.output });
    else expect(done.ok ? done.value : done.error.message).toContain(row.error);
  });
});

/** Upstream's tree: a list of two, the second of which is the rest. */
function listOf([first, ...rest]: readonly EnvsubstNode[]): unknown {
  if (first === undefined) return { $type: 'TextNode', Value: '' };
  const node =
    first.type === 'text'
      ? { $type: 'TextNode', Value: first.value }
      : {
          $type: 'FuncNode',
          Param: first.variable,
          Name: first.name,
          Args: first.args.map((argument) => listOf([argument])),
        };
  return rest.length === 0 ? node : { $type: 'ListNode', Nodes: [node, listOf(rest)] };
}

/** Go leaves out what is zero in some of the rows. */
function filled(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(filled);
  if (typeof tree !== 'object' || tree === null) return tree;
  const node = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, filled(value)]));
  return node['$type'] === 'FuncNode' ? { Name: '', ...node, Args: node['Args'] ?? [] } : node;
}

describe.skipIf(!present)('parsing, as upstream tests it', () => {
  it.each(linesOf<ParseCase>('parse.jsonl').map((row) => [row.name, row] as const))('%s', (_, row) => {
    const parsed = parseEnvsubst(row.input);
    if (row.error === undefined)
      expect(parsed.ok ? listOf(parsed.value) : parsed.error).toEqual(filled(row.tree));
    else expect(parsed.ok ? parsed.value : parsed.error.message).toContain(row.error);
  });
});
