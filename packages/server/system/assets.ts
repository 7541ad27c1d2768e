import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Router } from '../gate/route.ts';
import { HttpError } from '../http/errors.ts';

interface Asset {
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array | undefined;
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** What the build names after its content may be kept for ever. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
const ASSETS_BYTES_MAX = 64 * 1024 * 1024;
const COMPRESSIBLE = /^(text|application\/(json|manifest)|image\/svg)/;

/** The built pages, kept in memory: nothing that a request names is ever looked up on disk. */
export async function assetRoutes(router: Router, folder: string | undefined): Promise<void> {
  const assets = folder === undefined ? new Map<string, Asset>() : await load(folder);

  router.route({ method: 'GET', path: '/*', access: 'public' }, ({ request }) => {
    const { pathname } = new URL(request.url);
    const exact = assets.get(pathname);
    if (exact !== undefined) return serve(exact, request);
    if (pathname.startsWith('/api/') || !acceptsPages(request))
      throw new HttpError('NotFound', `there is no ${pathname}`);
    // Every address of the pages is the same document, which then reads the address.
    const page = assets.get('/index.html');
    if (page !== undefined) return serve(page, request);
    return new Response('The pages are not built: run `npm run build`. The API is at /api/v1.\n', {
      status: 503,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });
}

function acceptsPages(request: Request): boolean {
  return (request.headers.get('accept') ?? '').includes('text/html');
}

function serve(asset: Asset, request: Request): Response {
  const headers: Record<string, string> = {
    etag: asset.etag,
    'cache-control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  };
  if (request.headers.get('if-none-match') === asset.etag)
    return new Response(null, { status: 304, headers });
  headers['content-type'] = asset.type;
  const zips = (request.headers.get('accept-encoding') ?? '').includes('gzip');
  if (asset.gzip === undefined || !zips)
    return new Response(asset.bytes as Uint8Array<ArrayBuffer>, { headers });
  headers['content-encoding'] = 'gzip';
  return new Response(asset.gzip as Uint8Array<ArrayBuffer>, { headers });
}

async function load(folder: string): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>();
  let total = 0;
  for (const path of await filesOf(folder)) {
    const bytes = await readFile(join(folder, path));
    total += bytes.length;
    if (total > ASSETS_BYTES_MAX)
      throw new Error(`the pages in ${folder} are larger than ${ASSETS_BYTES_MAX} bytes`);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    assets.set(`/${path}`, {
      bytes,
      gzip: COMPRESSIBLE.test(type) && bytes.length > 1_000 ? gzipSync(bytes) : undefined,
      type,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      immutable: HASHED.test(path),
    });
  }
  return assets;
}

async function filesOf(folder: string, below = ''): Promise<readonly string[]> {
  let entries;
  try {
    entries = await readdir(join(folder, below), { withFileTypes: true });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
  const files: string[] = [];
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesOf(folder, path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
