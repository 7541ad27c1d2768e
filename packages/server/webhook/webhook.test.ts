import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { createRouter } from '../gate/route.ts';
import { webhookRoutes } from './routes.ts';
import type { Push } from './push.ts';

interface Answer {
  readonly status: number;
  readonly pushes: readonly Push[];
}

async function send(
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly secrets?: Readonly<Record<string, string>>; readonly payloadMax?: number } = {},
): Promise<Answer> {
  const pushes: Push[] = [];
  const router = createRouter({
    authenticate: () => Promise.resolve(undefined),
    authorize: () => false,
    loopbackOnly: () => false,
    logger: silentLogger,
    onAnswer: () => {},
  });
  webhookRoutes(router, {
    secret: (name) => Promise.resolve(options.secrets?.[name]),
    onPush: (told) => pushes.push(...told),
    logger: silentLogger,
    ...(options.payloadMax === undefined ? {} : { payloadMax: options.payloadMax }),
  });
  const request = new Request('http://h/api/webhook', { method: 'POST', headers, body });
  return { status: (await router.fetch(request)).status, pushes };
}

const github = JSON.stringify({
  ref: 'refs/heads/main',
  repository: {
    html_url: 'https://github.com/a/b',
    clone_url: 'https://github.com/a/b.git',
    ssh_url: 'git@github.com:a/b.git',
    default_branch: 'main',
  },
});

describe('a webhook', () => {
  it.each([
    [
      'GitHub',
      { 'x-github-event': 'push' },
      github,
      {
        repoURLs: ['https://github.com/a/b', 'https://github.com/a/b.git', 'git@github.com:a/b.git'],
        revision: 'main',
        touchedHead: true,
      },
    ],
    [
      'Gitea',
      { 'x-gitea-event': 'push', 'x-gogs-event': 'push', 'x-github-event': 'push' },
      JSON.stringify({
        ref: 'refs/tags/v1',
        repository: { html_url: 'https://g/a/b', default_branch: 'main' },
      }),
      { repoURLs: ['https://g/a/b'], revision: 'v1', touchedHead: false },
    ],
    [
      'GitLab',
      { 'x-gitlab-event': 'Push Hook' },
      JSON.stringify({
        object_kind: 'push',
        ref: 'refs/heads/x/y',
        project: { git_http_url: 'https://l/a/b.git', default_branch: 'main' },
      }),
      { repoURLs: ['https://l/a/b.git'], revision: 'x/y', touchedHead: false },
    ],
    [
      'Bitbucket',
      { 'x-hook-uuid': 'u', 'x-event-key': 'repo:push' },
      JSON.stringify({
        repository: { links: { html: { href: 'https://bitbucket.org/a/b' } } },
        push: { changes: [{ new: { type: 'branch', name: 'main' } }] },
      }),
      { repoURLs: ['https://bitbucket.org/a/b'], revision: 'main', touchedHead: true },
    ],
  ])('of %s tells which repository moved', async (_name, headers, body, push) => {
    expect(await send(headers as Record<string, string>, body)).toEqual({ status: 200, pushes: [push] });
  });

  it('may come in a form', async () => {
    const headers = { 'x-github-event': 'push', 'content-type': 'application/x-www-form-urlencoded' };
    const { status, pushes } = await send(headers, new URLSearchParams({ payload: github }).toString());
    expect([status, pushes.length]).toEqual([200, 1]);
  });

  const sign = (secret: string): string => createHmac('sha256', secret).update(github).digest('hex');
  it.each([
    ['GitHub, signed', { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${sign('s')}` }, 200],
    [
      'GitHub, signed with another secret',
      { 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${sign('t')}` },
      401,
    ],
    ['GitHub, unsigned', { 'x-github-event': 'push' }, 401],
    ['GitHub, with an old signature only', { 'x-github-event': 'push', 'x-hub-signature': 'sha1=00' }, 401],
    ['Gitea, signed', { 'x-gitea-event': 'push', 'x-gitea-signature': sign('g') }, 200],
    ['GitLab, with the token', { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'l' }, 200],
    ['GitLab, with another token', { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'll' }, 401],
    ['Bitbucket, with another id', { 'x-hook-uuid': 'u2', 'x-event-key': 'repo:push' }, 401],
    ['nobody known', { 'x-other': 'push' }, 400],
  ])('from %s is judged by the secret', async (_name, headers, status) => {
    const secrets = {
      'webhook.github.secret': 's',
      'webhook.gogs.secret': 'g',
      'webhook.gitlab.secret': 'l',
      'webhook.bitbucket.uuid': 'u',
    };
    expect((await send(headers as unknown as Record<string, string>, github, { secrets })).status).toBe(
      status,
    );
  });

  it.each([['[]'], ['{'], [''], ['"x"']])('with the body %s is refused', async (body) => {
    expect(await send({ 'x-github-event': 'push' }, body)).toEqual({ status: 400, pushes: [] });
  });

  it.each([['{}'], ['{"repository":[],"ref":3}'], ['{"repository":{"html_url":7}}']])(
    'that says nothing (%s) moves nothing',
    async (body) => {
      expect(await send({ 'x-github-event': 'push' }, body)).toEqual({ status: 200, pushes: [] });
    },
  );
});

interface Case {
  readonly name: string;
  readonly header: Readonly<Record<string, string>>;
  readonly payload?: string;
  readonly body?: string;
  readonly maxPayloadBytes?: number;
  readonly expectedStatus: number;
  readonly expectedPushes: readonly {
    readonly repo: string;
    readonly revision: string;
    readonly touchedHead: boolean;
  }[];
}

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'argocd/webhooks');

function cases(): Case[] {
  if (!existsSync(folder)) return [];
  const lines = readFileSync(join(folder, 'applications.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}

describe.skipIf(!existsSync(folder))('webhooks as Argo CD reads them', () => {
  it.each(cases().map((c) => [c.name, c] as const))('%s', async (_name, c) => {
    const body = c.payload === undefined ? (c.body ?? '') : readFileSync(join(folder, c.payload), 'utf8');
    const max = c.maxPayloadBytes === undefined ? {} : { payloadMax: c.maxPayloadBytes };
    const { status, pushes } = await send(c.header, body, max);
    expect(status).toBe(c.expectedStatus);
    expect(pushes.map(({ repoURLs, ...rest }) => ({ repo: repoURLs[0], ...rest }))).toEqual(c.expectedPushes);
  });
});
