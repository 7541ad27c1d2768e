import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { GoInt } from '@plumbline/languages';
import {
  computedValues,
  createReleaseRenderer,
  decodeRelease,
  encodeRelease,
  manifestDocuments,
  overlayConfig,
  plainValues,
  readReleaseSecret,
  releaseSecret,
  releaseTime,
  writeRecord,
} from '@plumbline/render';
import type { HelmRelease } from '@plumbline/render';
import { memoryTree } from '@plumbline/testkit';

const release: HelmRelease = {
  name: 'web',
  info: { first_deployed: '2026-01-02T03:04:05.6Z', deleted: '', status: 'deployed' },
  chart: { metadata: { name: 'web', version: '1.0.0' }, templates: null, values: { a: 1 } },
  config: { text: '<a & b>' },
  manifest: '---\n# Source: web/templates/a.yaml\nkind: X\n',
  version: 3,
  namespace: 'shop',
  later: { than: ['this', 'version'] },
};

const pack = (json: string | Uint8Array): string => gzipSync(json).toString('base64');

describe('the record of a release', () => {
  it('comes back as it went, with members that nobody here knows', async () => {
    expect(await decodeRelease(await encodeRelease(release))).toEqual({ ok: true, value: release });
  });

  it('is JSON in gzip in base64, escaped as encoding/json does it', async () => {
    const json = gunzipSync(Buffer.from(await encodeRelease(release), 'base64')).toString();
    expect(json).toContain('{"text":"\\u003ca \\u0026 b\\u003e"}');
    expect(json.indexOf('"name"')).toBeLessThan(json.indexOf('"info"'));
  });

  it('may be plain JSON, as before Helm packed it', async () => {
    const text = Buffer.from(JSON.stringify(release)).toString('base64');
    expect(await decodeRelease(text)).toMatchObject({ ok: true, value: { name: 'web', version: 3 } });
  });

  it.each([
    ['%%%', 'no base64'],
    [Buffer.from('{').toString('base64'), 'no JSON'],
    [Buffer.from('[]').toString('base64'), 'no object'],
    [Buffer.from('{"info":{}}').toString('base64'), 'no name'],
    [Buffer.from('{"name":"a"}').toString('base64'), 'no info'],
    [Buffer.from(gzipSync('{"name":"a","info":{}}').subarray(0, 20)).toString('base64'), 'no whole gzip'],
    [pack(Buffer.alloc(3_000_000, 32)), 'longer than 1000000 bytes'],
    ['A'.repeat(2_000_001), 'longer than 2000000 characters'],
  ])('is refused when it is broken or a bomb (%#)', async (text, words) => {
    const read = await decodeRelease(text, { textMax: 2_000_000, jsonBytesMax: 1_000_000 });
    expect(read).toMatchObject({ ok: false, error: { code: 'bad-release-record' } });
    if (!read.ok) expect(read.error.message).toContain(words);
  });

  it('is refused for any bytes without ever throwing', async () => {
    let seed = 7;
    const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff);
    const whole = Buffer.from(await encodeRelease(release), 'base64');
    for (let round = 0; round < 300; round++) {
      const broken = Buffer.from(whole);
      for (let i = 0; i < 3; i++) broken[next() % broken.length] = next() & 255;
      const read = await decodeRelease(broken.subarray(0, next() % whole.length).toString('base64'));
      expect(typeof read.ok).toBe('boolean');
    }
  });
});

describe('the Secret of a release', () => {
  it('has the name, the type and the labels by which Helm finds it', async () => {
    const stored = { release, labels: { team: 'a', owner: 'somebody else' } };
    const secret = await releaseSecret(stored, { name: 'createdAt', ms: 1_700_000_000_999 }, 'shop');
    expect(secret).toMatchObject({
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: { name: 'sh.helm.release.v1.web.v3', namespace: 'shop' },
    });
    expect(secret.metadata.labels).toEqual({
      team: 'a',
      createdAt: '1700000000',
      name: 'web',
      owner: 'helm',
      status: 'deployed',
      version: '3',
    });
    const read = await readReleaseSecret(secret);
    expect(read).toMatchObject({ ok: true, value: { release, labels: { team: 'a' } } });
  });

  it('that holds none says so', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } };
    expect(await readReleaseSecret(secret)).toMatchObject({ ok: false });
  });
});

it.each([
  ['a: |\n  x\n---\nb: 1\n', [{ a: 'x\n' }, { b: 1 }]],
  ['---\n# Source: a\na: 1\n---\n# Source: b\n# nothing\n', [{ a: 1 }, undefined]],
  ['a: |\n  x', [{ a: 'x' }]],
  ['a: |\n  --- x\n  y\n--- # b\nb: 1\n', [{ a: '--- x\ny\n' }, { b: 1 }]],
  ['', [undefined]],
])('a stored manifest is cut as the clients of Kubernetes cut it (%#)', (manifest, objects) => {
  expect(manifestDocuments(manifest).map(({ object }) => object)).toEqual(objects);
});

it.each([
  [Date.UTC(2026, 0, 2, 3, 4, 5, 120), '2026-01-02T03:04:05.12Z'],
  [Date.UTC(2026, 0, 2, 3, 4, 5), '2026-01-02T03:04:05Z'],
  [Date.UTC(2026, 0, 2, 3, 4, 10), '2026-01-02T03:04:10Z'],
])('times are written as Go writes them', (ms, text) => {
  expect(releaseTime(ms)).toBe(text);
});

it('numbers that JavaScript cannot count exactly stay exact', () => {
  const values = new Map([['big', new GoInt('int64', 9_007_199_254_740_993n)]]);
  expect(writeRecord(plainValues(values))).toBe('{"big":9007199254740993}');
});

describe('values of a release', () => {
  const table = (data: Readonly<Record<string, unknown>>): Map<string, never> =>
    new Map(Object.entries(data)) as Map<string, never>;

  it('are computed from the defaults and what the user said; null takes a default away', () => {
    const computed = computedValues('web', table({ a: 1, b: 2, c: 3 }), table({ a: 9, b: null }), 3);
    expect(plainValues(computed)).toEqual({ a: 9, c: 3 });
  });

  it('go on from before under what is said now', () => {
    const config = overlayConfig(table({ a: 9 }), table({ a: 1, b: 2 }), 3);
    expect(plainValues(config)).toEqual({ a: 9, b: 2 });
  });
});

describe('a render for a release', () => {
  const renderer = createReleaseRenderer({ clock: systemClock, random: systemRandom });
  const render = async (files: Readonly<Record<string, string>>, more = {}) => {
    const tree = memoryTree({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', ...files });
    const chart = await renderer.load({ tree, path: '' }, 3);
    if (!chart.ok) throw new Error(chart.error.message);
    return renderer.render({
      chart: chart.value,
      name: 'r',
      namespace: 'n',
      revision: 7,
      isUpgrade: true,
      config: new Map(),
      kubeVersion: 'v1.36.3+k3s1',
      apiVersions: ['v1', 'apps/v1'],
      ...more,
    });
  };

  it('keeps hooks, notes and the manifest apart', async () => {
    const done = await render({
      'templates/b.yaml': 'kind: B\n---\nkind: A\n',
      'templates/hook.yaml':
        'kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: "post-install, pre-upgrade", helm.sh/hook-weight: "-3"}\n',
      'templates/NOTES.txt': 'Revision {{ .Release.Revision }} on {{ .Capabilities.KubeVersion }}\n',
    });
    expect(done).toMatchObject({
      ok: true,
      value: {
        manifest:
          '---\n# Source: web/templates/b.yaml\nkind: A\n---\n# Source: web/templates/b.yaml\nkind: B\n',
        notes: 'Revision 7 on v1.36.3+k3s1\n',
        hooks: [
          {
            name: 'h',
            kind: 'Job',
            path: 'web/templates/hook.yaml',
            events: ['post-install', 'pre-upgrade'],
            weight: -3,
            last_run: { started_at: '', completed_at: '', phase: '' },
          },
        ],
      },
    });
  });

  it('refuses a cluster that the chart does not want', async () => {
    const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\nkubeVersion: "<1.20.0"\n';
    expect(await render({ 'Chart.yaml': chart })).toMatchObject({
      ok: false,
      error: {
        message: 'chart requires kubeVersion: <1.20.0 which is incompatible with Kubernetes v1.36.3+k3s1',
      },
    });
  });

  it('is the same each time only where that is asked for', async () => {
    const files = { 'templates/a.yaml': 'kind: A\nword: {{ randAlphaNum 20 }}\n' };
    const manifest = async (random: 'seeded' | 'fresh') => {
      const done = await render(files, { random });
      return done.ok ? done.value.manifest : done.error.message;
    };
    expect(await manifest('seeded')).toBe(await manifest('seeded'));
    expect(await manifest('fresh')).not.toBe(await manifest('fresh'));
  });
});
