import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '@plumbline/api';
import { projectOf } from './applications/store.ts';
import { applicationNamed, eventsOf, startHarness, until, APPLICATIONS } from './test/harness.ts';
import type { Harness } from './test/harness.ts';

let harness: Harness;
let url: string;
let closeListener: () => Promise<void>;
let assets: string;

beforeAll(async () => {
  assets = mkdtempSync(join(tmpdir(), 'plumbline-assets-'));
  mkdirSync(join(assets, 'assets'));
  writeFileSync(join(assets, 'index.html'), '<!doctype html><title>Plumbline</title>');
  writeFileSync(join(assets, 'assets/index-DiwrgTda.js'), 'export const text = "long";\n'.repeat(100));
  writeFileSync(join(assets, 'theme.js'), '1');
  harness = await startHarness({
    webAssets: assets,
    git(incoming, response) {
      if (incoming.url?.startsWith('/git/') !== true) return false;
      response.end('from git');
      return true;
    },
  });
  const listener = await harness.server.listen({ host: '127.0.0.1', port: 0 });
  url = listener.url;
  closeListener = () => listener.close();
});

afterAll(async () => {
  await closeListener();
  await harness.stop();
  rmSync(assets, { recursive: true });
});

function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url + path, { headers: { authorization: `Bearer ${harness.token}`, ...headers } });
}

/** `fetch` does not let a caller name another host. */
function statusFor(path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the listener', () => {
  it('says that a port is taken by a coded error', async () => {
    const port = Number(new URL(url).port);
    await expect(harness.server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('answers to loopback names only', async () => {
    expect(await statusFor('/healthz', 'localhost:1')).toBe(200);
    expect(await statusFor('/healthz', '[::1]:8080')).toBe(200);
    expect(await statusFor('/healthz', 'evil.example')).toBe(421);
    expect(await statusFor('/git/x', 'evil.example')).toBe(421);
    expect(await statusFor('/healthz', '127.0.0.1.evil.example')).toBe(421);
  });

  it('leaves the Git server what is its own', async () => {
    expect(await (await get('/git/mono.git/info/refs')).text()).toBe('from git');
  });

  it('is ready and tells its version', async () => {
    expect((await get('/readyz')).status).toBe(200);
    expect(await (await get('/api/version')).json()).toMatchObject({ Version: 'v0.0.0-test' });
  });
});

describe('the pages', () => {
  it('are kept by browsers as long as they are true', async () => {
    const page = await get('/', { accept: 'text/html' });
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    expect((await get('/', { accept: 'text/html', 'if-none-match': etag })).status).toBe(304);
    const script = await get('/assets/index-DiwrgTda.js');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await script.text()).toHaveLength(2_800);
    expect((await get('/theme.js')).headers.get('cache-control')).toBe('no-cache');
  });

  it('are one document for every address of theirs, but not for files and the API', async () => {
    expect(await (await get('/applications/web', { accept: 'text/html' })).text()).toContain('<title>');
    expect((await get('/missing.js', { accept: '*/*' })).status).toBe(404);
    expect((await get('/api/v1/missing', { accept: 'text/html' })).status).toBe(404);
    expect((await get('/..%2f..%2fetc/passwd', { accept: '*/*' })).status).toBe(404);
  });
});

describe('the stream of applications', () => {
  it('sends what is there, then every change, over a real connection', async () => {
    await harness.application('streamed');
    const events = eventsOf(await get('/api/v1/stream/applications?name=streamed'));
    const next = async (): Promise<string> => {
      const value = (await events.next()).value as Record<string, unknown>;
      const { type, application } = value['result'] as {
        type: string;
        application: { metadata: { name: string }; spec: { project: string } };
      };
      return `${type} ${application.metadata.name} ${application.spec.project}`;
    };
    expect(await next()).toBe('ADDED streamed default');
    const key = { ...APPLICATIONS, name: 'streamed' };
    const patch = (body: object): Promise<unknown> =>
      harness.cluster.patch(key, 'application/merge-patch+json', body);
    await patch({ spec: { project: 'one' } });
    await patch({ spec: { project: 'two' } });
    await harness.application('not-wanted');
    await until(() => projectOf(harness.cluster.live.get(key) as Application) === 'two');
    harness.clock.advance(100);
    expect(await next()).toBe('MODIFIED streamed two');
    await harness.cluster.delete(key);
    await until(() => harness.cluster.live.get(key) === undefined);
    harness.clock.advance(100);
    expect(await next()).toBe('DELETED streamed two');
    await events.return(undefined);
  });

  it('goes on from the version of a list, and prunes', async () => {
    await harness.application('before');
    const list = (await (await get('/api/v1/applications')).json()) as {
      metadata: { resourceVersion: string };
    };
    await harness.application('after', { ...applicationNamed('after') });
    const query = `resourceVersion=${list.metadata.resourceVersion}&fields=result.type,result.application.metadata.name`;
    const events = eventsOf(await get(`/api/v1/stream/applications?${query}`));
    expect((await events.next()).value).toEqual({
      result: { type: 'ADDED', application: { metadata: { name: 'after' } } },
    });
    await events.return(undefined);
  });

  it('is for those who are signed in', async () => {
    expect((await get('/api/v1/stream/applications', { authorization: 'Bearer x' })).status).toBe(401);
  });
});

describe('the stream of a resource tree', () => {
  it('sends the tree at first and after each change', async () => {
    await harness.application('tree');
    const events = eventsOf(await get('/api/v1/stream/applications/tree/resource-tree'));
    expect((await events.next()).value).toEqual({ result: { nodes: [] } });
    harness.views.nodes = [{ version: 'v1', kind: 'ConfigMap', name: 'a' }];
    harness.views.changed({ namespace: 'argocd', name: 'other' });
    harness.views.changed({ namespace: 'argocd', name: 'tree' });
    harness.clock.advance(100);
    expect((await events.next()).value).toEqual({
      result: { nodes: [{ version: 'v1', kind: 'ConfigMap', name: 'a' }] },
    });
    await events.return(undefined);
    expect((await get('/api/v1/stream/applications/none/resource-tree')).status).toBe(404);
  });
});

describe('the metrics', () => {
  it('show applications as Argo CD labels them, and no secrets', async () => {
    const app = applicationNamed('measured');
    await harness.application('measured', {
      spec: {
        ...app.spec,
        source: { ...app.spec.source, repoURL: 'https://user:pass@Git.Example/Config.git' },
      },
    });
    const text = await (await get('/metrics')).text();
    expect(text).toContain(
      'argocd_app_info{name="measured",namespace="argocd",project="default",repo="https://git.example/config",' +
        'dest_server="https://kubernetes.default.svc",dest_namespace="default",sync_status="Unknown",' +
        'health_status="Unknown",operation="",autosync_enabled="false"} 1',
    );
    expect(text).not.toContain('pass@');
    expect(text).toMatch(/plumbline_http_requests_total\{method="GET",status="2xx"\} \d+/);
    expect(text).toContain('plumbline_http_event_loop_delay_seconds{quantile="0.99"}');
  });
});
