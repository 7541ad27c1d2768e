import { ok, problem } from '@plumbline/base';
import { memoryTree } from '@plumbline/testkit';
import { describe, expect, it } from 'vitest';
import { withDependencies } from './dependency-tree.ts';
import type { ChartWanted } from './dependency-tree.ts';

const chart = (dependencies: string): Record<string, string> => ({
  'app/Chart.yaml': `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n${dependencies}`,
  'app/templates/x.yaml': 'a: 1\n',
});

async function built(files: Record<string, string>) {
  const asked: ChartWanted[] = [];
  const result = await withDependencies(memoryTree(files), 'app', (wanted) => {
    asked.push(wanted);
    return Promise.resolve(ok({ digest: 'd'.repeat(64), archive: new TextEncoder().encode(wanted.name) }));
  });
  if (!result.ok) throw new Error(result.error.message);
  return { tree: result.value, asked };
}

const dependency = '- {name: redis, version: ^17, repository: "https://charts.example"}\n';

describe('what a chart needs', () => {
  it('comes from its repository and lies below charts/', async () => {
    const { tree, asked } = await built(chart(dependency));
    expect(asked).toEqual([{ repository: 'https://charts.example', name: 'redis', version: '^17' }]);
    const [file] = (await tree.list('app/charts')) ?? [];
    expect(file?.name).toBe('redis-dddddddddddd.tgz');
    expect(new TextDecoder().decode(await tree.read(`app/charts/${file?.name ?? ''}`, 100))).toBe('redis');
    expect((await tree.list('app'))?.map(({ name }) => name)).toEqual(['Chart.yaml', 'charts', 'templates']);
  });

  it('changes the hash of the chart', async () => {
    const files = chart(dependency);
    const before = await memoryTree(files).stat('app');
    expect((await (await built(files)).tree.stat('app'))?.hash).not.toBe(before?.hash);
  });

  it('comes in the locked version', async () => {
    const lock = { 'app/Chart.lock': 'dependencies:\n- {name: redis, version: 17.3.1, repository: x}\n' };
    expect((await built({ ...chart(dependency), ...lock })).asked[0]?.version).toBe('17.3.1');
  });

  it.each(['redis-17.0.0.tgz', 'redis/Chart.yaml'])(
    'is not asked for when charts/%s is there',
    async (file) => {
      expect((await built({ ...chart(dependency), [`app/charts/${file}`]: 'x' })).asked).toEqual([]);
    },
  );

  it('may be a folder beside the chart', async () => {
    const files = chart('- {name: common, version: 1.x, repository: "file://../common"}\n');
    const { tree, asked } = await built({ ...files, 'common/Chart.yaml': 'name: common\n' });
    expect(asked).toEqual([]);
    expect(new TextDecoder().decode(await tree.read('app/charts/common/Chart.yaml', 100))).toBe(
      'name: common\n',
    );
    expect((await tree.list('app/charts/common'))?.map(({ name }) => name)).toEqual(['Chart.yaml']);
  });

  it('fails with what the repository says', async () => {
    const refused = problem('http-unreachable', 'nobody answers');
    const result = await withDependencies(memoryTree(chart(dependency)), 'app', () =>
      Promise.resolve({ ok: false, error: refused }),
    );
    expect(result).toEqual({ ok: false, error: refused });
  });
});
