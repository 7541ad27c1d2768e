import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHarness } from '../test/harness.ts';
import type { Harness } from '../test/harness.ts';
import type { Subject } from './types.ts';

let harness: Harness;
let asked: string[] = [];
let lets: (subject: Subject) => boolean = () => true;

beforeAll(async () => {
  harness = await startHarness({
    authorize(subject, resource, action, object) {
      asked.push(`${subject.username} ${resource} ${action} ${object ?? '*'}`);
      return lets(subject);
    },
  });
  await harness.application('one');
});

afterAll(() => harness.stop());

function concrete(path: string): string {
  return path.replace(':name', 'one').replace(':revision', 'abc').replace('/*', '/index.html');
}

describe('the gate', () => {
  it('stands before every route that the framework knows', () => {
    const known = harness.server.registered.map(({ method, path }) => `${method} ${path}`).toSorted();
    const gated = harness.server.routes.map(({ method, path }) => `${method} ${path}`).toSorted();
    expect(known).toEqual(gated);
    expect(gated.length).toBeGreaterThan(20);
  });

  it('lets nobody through who is not signed in', async () => {
    const { token } = harness;
    harness.token = '';
    const answers: string[] = [];
    for (const { method, path, access } of harness.server.routes) {
      if (access === 'public') continue;
      const response = await harness.call(method, concrete(path), method === 'GET' ? undefined : {});
      answers.push(`${method} ${path} ${response.status}`);
    }
    harness.token = token;
    expect(answers.length).toBeGreaterThan(15);
    expect(answers.filter((answer) => !answer.endsWith(' 401'))).toEqual([]);
  });

  it('lets nobody through whom the authorization function refuses', async () => {
    lets = () => false;
    const answers: string[] = [];
    for (const { method, path, access } of harness.server.routes) {
      if (access === 'public') continue;
      asked = [];
      const response = await harness.call(method, concrete(path), method === 'GET' ? undefined : {});
      answers.push(`${method} ${path} ${response.status} ${asked.length}`);
    }
    lets = () => true;
    expect(answers.filter((answer) => !answer.endsWith(' 403 1'))).toEqual([]);
  });

  it('asks about the very application', async () => {
    asked = [];
    await harness.call('POST', '/api/v1/applications/one/sync', {});
    expect(asked).toEqual(['admin applications sync *', 'admin applications sync default/one']);
    asked = [];
    expect((await harness.call('GET', '/api/v1/applications/none')).status).toBe(404);
    expect(asked).toEqual(['admin applications get *', 'admin applications get */none']);
  });

  it.each([
    ['/api/v1/session', 'POST'],
    ['/api/v1/session', 'DELETE'],
    ['/api/v1/session/userinfo', 'GET'],
    ['/api/webhook', 'POST'],
    ['/api/version', 'GET'],
    ['/api/v1/settings', 'GET'],
    ['/healthz', 'GET'],
    ['/readyz', 'GET'],
    ['/metrics', 'GET'],
    ['/*', 'GET'],
  ])('leaves %s %s open on purpose, and nothing else', (path, method) => {
    const open = harness.server.routes.filter(({ access }) => access === 'public');
    expect(open.some((route) => route.path === path && route.method === method)).toBe(true);
    expect(open).toHaveLength(10);
  });
});

describe('the guard', () => {
  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['text', { 'content-type': 'text/plain' }, 415],
    ['JSON from another site', { origin: 'https://evil.example' }, 403],
    ['JSON from a sandboxed page', { origin: 'null' }, 403],
    ['JSON that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['JSON from here', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }, 200],
    ['JSON with a charset', { 'content-type': 'application/json; charset=utf-8' }, 200],
  ])('judges %s', async (_what, headers, status) => {
    const response = await harness.call(
      'PUT',
      '/api/v1/applications/one/spec',
      specOfOne(),
      headers as Record<string, string>,
    );
    expect(response.status).toBe(status);
  });

  it('needs JSON of whoever has only a cookie, also without a body', async () => {
    const { token } = harness;
    harness.token = '';
    const cookie = `argocd.token=${token}`;
    const path = '/api/v1/applications/one/operation';
    expect((await harness.call('DELETE', path, undefined, { cookie })).status).toBe(415);
    harness.token = token;
    expect((await harness.call('DELETE', path)).status).toBe(400);
  });

  it('sends its headers with every answer', async () => {
    for (const path of ['/', '/nothing.png', '/api/v1/applications', '/api/v1/nothing', '/healthz']) {
      const { headers } = await harness.call('GET', path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('refuses bodies that are too long or no objects', async () => {
    const long = await harness.call('POST', '/api/v1/session', {
      username: 'x'.repeat(20_000),
      password: 'x',
    });
    expect(long.status).toBe(413);
    const list = await harness.call('POST', '/api/v1/applications', '[]');
    expect([list.status, ((await list.json()) as { message: string }).message]).toEqual([
      400,
      'body: is not an object',
    ]);
    const broken = await harness.call('POST', '/api/v1/applications', '{"a":');
    expect(((await broken.json()) as { message: string }).message).toBe('body: is not JSON');
  });
});

function specOfOne(): object {
  return {
    project: 'default',
    source: { repoURL: 'https://git.example/config.git', path: 'apps', targetRevision: 'main' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
  };
}
