import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, ok } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { renderFluxKustomization } from './index.ts';
import type { FluxRenderRequest, FluxSpec } from './index.ts';

const data = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(data, 'scenarios/flux');
const present = existsSync(folder);

type Fields = Readonly<Record<string, unknown>>;

function read(text: string): unknown[] {
  const documents = readYaml(text, { file: 'scenario.yaml', duplicateKeys: 'last' });
  return documents.ok ? documents.value.map(({ value }) => value) : [];
}

/** A recorded run of the real controller in which a build failed: what was there, and what it said. */
interface Failure {
  readonly files: Record<string, string>;
  readonly spec: FluxSpec;
  readonly variables: ReadonlyMap<string, Record<string, string>>;
  readonly message: string;
}

function failureOf(name: string): Failure | undefined {
  const [scenario] = read(readFileSync(join(folder, name, 'scenario.yaml'), 'utf8')) as Fields[];
  const [expected] = read(readFileSync(join(folder, name, 'expected.yaml'), 'utf8')) as Fields[];
  const files: Record<string, string> = {};
  const variables = new Map<string, Record<string, string>>();
  const specs: FluxSpec[] = [];
  for (const step of (scenario?.['steps'] ?? []) as Fields[]) {
    if ('capture' in step) {
      const { name: capture } = step['capture'] as { name: string };
      const message = messageIn((expected?.['captures'] as Record<string, unknown> | undefined)?.[capture]);
      const [spec] = specs;
      return message === undefined || spec === undefined || specs.length > 1
        ? undefined
        : { files, spec, variables, message };
    }
    const commit = step['commit'];
    if (isRecord(commit)) Object.assign(files, commit['files'] ?? {});
    if (typeof step['apply'] !== 'string') continue;
    for (const object of read(step['apply']) as Fields[]) {
      const { name: called } = object['metadata'] as { name: string };
      if (object['kind'] === 'Kustomization') specs.push(object['spec'] as FluxSpec);
      if (object['kind'] === 'ConfigMap' || object['kind'] === 'Secret')
        variables.set(
          `${object['kind']}/${called}`,
          (object['data'] ?? object['stringData'] ?? {}) as Record<string, string>,
        );
    }
  }
  return undefined;
}

/** What the controller said about a build that failed. */
function messageIn(capture: unknown): string | undefined {
  const objects = isRecord(capture) && isRecord(capture['objects']) ? capture['objects'] : {};
  for (const object of Object.values(objects)) {
    if (!isRecord(object) || object['kind'] !== 'Kustomization') continue;
    const { conditions = [] } = (object['status'] ?? {}) as { conditions?: Record<string, string>[] };
    const ready = conditions.find(({ type }) => type === 'Ready');
    if (ready?.['reason'] === 'BuildFailed' || /path not found/.test(ready?.['message'] ?? ''))
      return ready?.['message'];
  }
  return undefined;
}

/** Upstream's words for reading beyond the source, of the file system that it builds in. */
const jailed = /fs-security-constraint/;

const failures = (present ? readdirSync(folder) : [])
  .filter((name) => name.startsWith('kustomization-') && !name.includes('decrypt'))
  .flatMap((name): [string, Failure][] => {
    const failure = failureOf(name);
    return failure === undefined ? [] : [[name, failure]];
  });

describe.skipIf(!present)('builds that failed in recorded runs of the controller', () => {
  it.each(failures)('%s', async (_, { files, spec, variables, message }) => {
    const lookup: FluxRenderRequest['variables'] = ({ kind, name }) =>
      Promise.resolve(ok(variables.get(`${kind}/${name}`)));
    const rendered = await renderFluxKustomization({
      tree: memoryTree(files),
      spec,
      variables: lookup,
      shownRoot: '/tmp/source',
    });
    const said = rendered.ok ? '' : (rendered.error[0]?.message.replaceAll('/tmp/source', '<tmp>') ?? '');
    if (jailed.test(message)) expect(said).toMatch(/^kustomize build failed: /);
    else expect(said).toBe(message);
  });
});
