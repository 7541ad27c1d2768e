import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { createChartSources } from '@plumbline/sources';
import type { ChartAccess, ChartSources } from '@plumbline/sources';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function open(access: ChartAccess = {}): Promise<ChartSources> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-charts-'));
  const sources = createChartSources({ dataDir, clock: systemClock, access: () => access });
  cleanups.push(
    () => rm(dataDir, { recursive: true, force: true }),
    () => sources.close(),
  );
  return sources;
}

const archive = Buffer.from('the archive of web');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const index = (digest = sha256(archive)): string => `apiVersion: v1
generated: "2026-01-01T00:00:00Z"
entries:
  other:
  - version: 9.9.9
    description: |
      web:
        - version: 6.6.6
    urls: [other-9.9.9.tgz]
  "web":
  - apiVersion: v2
    version: 1.2.0
    digest: ${digest}
    urls:
    - charts/web-1.2.0.tgz
  - version: 2.0.0-rc.1
    urls:
    - charts/web-2.0.0-rc.1.tgz
  - version: 1.10.1
    digest: ${digest}
    urls:
    - charts/web-1.10.1.tgz
  z-last:
  - version: 3.0.0
    urls: [z.tgz]
`;

async function bytesOf(sources: ChartSources, url: string, chart: string, revision: string) {
  const found = await sources.resolve(url, chart, revision);
  if (!found.ok) throw new Error(found.error.message);
  const [file] = (await found.value.tree.list('')) ?? [];
  const bytes = await found.value.tree.read(file?.name ?? '', 1_000);
  return { revision: found.value.revision, file: file?.name, text: Buffer.from(bytes ?? []).toString() };
}

describe('a repository with an index', () => {
  const files =
    (text: string): Handler =>
    (request, response) => {
      if (request.url === '/index.yaml') response.setHeader('etag', '"one"').end(text);
      else if (request.url?.startsWith('/charts/') === true) response.end(archive);
      else response.writeHead(404).end();
    };

  it.each([
    ['1.2.0', '1.2.0'],
    ['1.x', '1.10.1'],
    ['', '1.10.1'],
    ['>=1.0.0-0', '2.0.0-rc.1'],
  ])('answers %j with version %s', async (wanted, version) => {
    const { url } = await serve(files(index()));
    expect(await bytesOf(await open(), url, 'web', wanted)).toEqual({
      revision: version,
      file: `web-${version}.tgz`,
      text: 'the archive of web',
    });
  });

  it('downloads a version once and asks again only when told to', async () => {
    const { url, asked } = await serve(files(index()));
    const sources = await open();
    await bytesOf(sources, url, 'web', '1.x');
    await bytesOf(sources, url, 'web', '1.x');
    await sources.resolve(url, 'web', '1.10.1', { refresh: 'fetch' });
    expect(asked.filter((path) => path.startsWith('/charts/'))).toEqual(['/charts/web-1.10.1.tgz']);
  });

  it('refuses an archive that is not what the index says', async () => {
    const { url } = await serve(files(index('ab'.repeat(32))));
    const found = await (await open()).resolve(url, 'web', '1.2.0');
    expect(found).toMatchObject({ ok: false, error: { code: 'chart-digest' } });
  });

  it.each([
    ['nothing', '1.0.0', 'chart "nothing" not found in URL repository'],
    ['web', '^7', 'chart "web" version "^7" not found in URL repository'],
  ])('says that it lacks %s %s', async (chart, wanted, message) => {
    const { url } = await serve(files(index()));
    const found = await (await open()).resolve(url, chart, wanted);
    expect(found.ok ? '' : found.error.message.replace(url, 'URL')).toBe(message);
  });

  it('reads an index of JSON', async () => {
    const json = JSON.stringify({ entries: { web: [{ version: '1.0.0', urls: ['charts/a.tgz'] }] } });
    const { url } = await serve(files(json));
    expect(await bytesOf(await open(), url, 'web', '*')).toMatchObject({ revision: '1.0.0' });
  });

  it('keeps credentials from other hosts, and from redirects to them', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(archive);
    });
    const { url } = await serve((request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401).end();
      else if (request.url === '/index.yaml')
        response.end(
          `entries:\n  web:\n  - version: 1.0.0\n    urls: ["${other.url}/a.tgz"]\n  far:\n  - version: 1.0.0\n    urls: [far.tgz]\n`,
        );
      else response.writeHead(302, { location: `${other.url}/b.tgz` }).end();
    });
    const sources = await open({ credentials: { username: 'u', password: new Secret('p') } });
    await bytesOf(sources, url, 'web', '1.0.0');
    await bytesOf(sources, url, 'far', '1.0.0');
    expect(seen).toEqual([undefined, undefined]);
    expect(await (await open()).resolve(url, 'web', '1.0.0')).toMatchObject({
      ok: false,
      error: { code: 'http-denied' },
    });
  });
});

describe('a repository in a registry', () => {
  const digest = `sha256:${sha256(archive)}`;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest, size: 2 },
    layers: [
      { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length },
    ],
  });

  async function registry(blob: Uint8Array = archive) {
    const server = await serve((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/token')) {
        const known = request.headers.authorization === `Basic ${Buffer.from('u:p').toString('base64')}`;
        response.writeHead(known ? 200 : 401).end(JSON.stringify({ token: 'let-me-in' }));
      } else if (request.headers.authorization !== 'Bearer let-me-in') {
        response
          .writeHead(401, { 'www-authenticate': `Bearer realm="${server.url}/token",service="here"` })
          .end();
      } else if (path === '/v2/team/web/tags/list?n=1000')
        response
          .setHeader('link', '</v2/team/web/tags/list?n=1000&last=1.0.0>; rel="next"')
          .end(JSON.stringify({ tags: ['1.0.0'] }));
      else if (path.startsWith('/v2/team/web/tags/list'))
        response.end(JSON.stringify({ tags: ['1.1.0_build.5', 'latest'] }));
      else if (path.startsWith('/v2/team/web/manifests/')) response.end(manifest);
      else if (path === `/v2/team/web/blobs/${digest}`) response.end(blob);
      else response.writeHead(404).end();
    });
    return { address: `oci://${server.url.replace('http://', '')}/team`, asked: server.asked };
  }
  const access = { plainHttp: true, credentials: { username: 'u', password: new Secret('p') } };

  it('finds the newest tag of a range over all pages', async () => {
    const { address, asked } = await registry();
    expect(await bytesOf(await open(access), address, 'web', '^1')).toMatchObject({
      revision: '1.1.0+build.5',
    });
    expect(asked).toContain('/v2/team/web/manifests/1.1.0_build.5');
  });

  it('takes a whole version without listing', async () => {
    const { address, asked } = await registry();
    expect(await bytesOf(await open(access), address, 'web', '1.0.0')).toMatchObject({ revision: '1.0.0' });
    expect(asked.some((path) => path.includes('/tags/'))).toBe(false);
  });

  it('refuses a blob that is not what its digest says', async () => {
    const { address } = await registry(Buffer.from('something else'));
    expect(await (await open(access)).resolve(address, 'web', '1.0.0')).toMatchObject({
      ok: false,
      error: { code: 'oci-digest' },
    });
  });

  it('says that credentials are missing', async () => {
    const { address } = await registry();
    expect(await (await open({ plainHttp: true })).resolve(address, 'web', '1.0.0')).toMatchObject({
      ok: false,
      error: { code: 'http-denied' },
    });
  });
});
