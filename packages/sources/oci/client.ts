import { createHash } from 'node:crypto';
import { Secret, err, isRecord, messageOf, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { parseAddress } from '../http/address.ts';
import { collect } from '../http/client.ts';
import type { HttpAnswer, HttpClient, HttpCredentials, TlsSettings } from '../http/client.ts';
import type { OciRepository } from './reference.ts';

/** Reads from an OCI registry (distribution specification 1.1). */
export interface OciClient {
  /** All tags, page by page. */
  tags(repository: OciRepository, access: OciAccess): Promise<Result<readonly string[]>>;
  /** A manifest by tag or digest; its bytes are checked against a digest that was asked for. */
  manifest(repository: OciRepository, reference: string, access: OciAccess): Promise<Result<OciManifest>>;
  /** A blob, checked against its digest. */
  blob(
    repository: OciRepository,
    digest: string,
    bytesMax: number,
    access: OciAccess,
  ): Promise<Result<Uint8Array>>;
}

interface OciAccess {
  readonly credentials?: { readonly username: string; readonly password: Secret } | undefined;
  readonly tls?: TlsSettings | undefined;
}

interface OciManifest {
  /** `sha256:...` of the manifest. */
  readonly digest: string;
  readonly mediaType: string;
  readonly config: OciDescriptor | undefined;
  readonly layers: readonly OciDescriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');
/** As registries themselves limit it. */
const manifestBytesMax = 4 * 1024 * 1024;
const pageBytesMax = 4 * 1024 * 1024;
const tagsMax = 100_000;

export function createOciClient(http: HttpClient): OciClient {
  /** Tokens by registry, scope and user; they live for minutes, and a refusal asks for a new one. */
  const tokens = new Map<string, HttpCredentials>();

  async function get(
    repository: OciRepository,
    path: string,
    bytesMax: number,
    access: OciAccess,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Result<HttpAnswer>> {
    const url = `${repository.origin}/v2/${path}`;
    const name = `${repository.origin} ${repository.path} ${access.credentials?.username ?? ''}`;
    const common = { headers, bytesMax, tls: access.tls, expected: [401] };
    const first = await http.get(url, { ...common, credentials: tokens.get(name) });
    if (!first.ok || first.value.status !== 401) return first;
    const challenge = first.value.headers['www-authenticate'] ?? '';
    await collect(first.value.body);
    const token = await authenticate(repository, challenge, access);
    if (!token.ok) return token;
    tokens.set(name, token.value);
    const second = await http.get(url, { ...common, expected: [], credentials: token.value });
    if (!second.ok) tokens.delete(name);
    return second;
  }

  /** Answers `Basic` and `Bearer` challenges (RFC 7235; the token protocol of the distribution project). */
  async function authenticate(
    repository: OciRepository,
    challenge: string,
    access: OciAccess,
  ): Promise<Result<HttpCredentials>> {
    const { credentials } = access;
    const basic: HttpCredentials | undefined = credentials && { type: 'basic', ...credentials };
    if (/^basic\b/i.test(challenge)) {
      if (basic !== undefined) return ok(basic);
      return err(denied(repository));
    }
    const fields = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const realm = parseAddress(fields.get('realm') ?? '');
    if (!/^bearer\b/i.test(challenge) || realm === undefined) return err(denied(repository));
    realm.searchParams.set('service', fields.get('service') ?? '');
    realm.searchParams.set('scope', fields.get('scope') ?? `repository:${repository.path}:pull`);
    const answer = await http.get(realm.href, {
      bytesMax: pageBytesMax,
      credentials: basic,
      tls: access.tls,
    });
    if (!answer.ok) return answer;
    const body = await json(answer.value);
    if (!body.ok) return body;
    const token = isRecord(body.value) ? (body.value['token'] ?? body.value['access_token']) : undefined;
    if (typeof token !== 'string') return err(denied(repository));
    return ok({ type: 'bearer', token: new Secret(token) });
  }

  return {
    async tags(repository, access) {
      const tags: string[] = [];
      let path: string | undefined = `${repository.path}/tags/list?n=1000`;
      while (path !== undefined) {
        const answer = await get(repository, path, pageBytesMax, access);
        if (!answer.ok) return answer;
        const body = await json(answer.value);
        if (!body.ok) return body;
        const page = isRecord(body.value) ? body.value['tags'] : undefined;
        if (Array.isArray(page)) tags.push(...page.map(String));
        if (tags.length > tagsMax) return err(problem('oci-tags', `more than ${tagsMax} tags`));
        path = nextPage(answer.value.headers['link']);
      }
      return ok(tags);
    },

    async manifest(repository, reference, access) {
      const path = `${repository.path}/manifests/${encodeURIComponent(reference).replace('%3A', ':')}`;
      const answer = await get(repository, path, manifestBytesMax, access, { accept: manifestTypes });
      if (!answer.ok) return answer;
      const bytes = await bytesOf(answer.value);
      if (!bytes.ok) return bytes;
      const digest = digestOf(bytes.value);
      if (reference.startsWith('sha256:') && reference !== digest) return err(wrongDigest(reference, digest));
      return parseManifest(bytes.value, digest);
    },

    async blob(repository, digest, bytesMax, access) {
      if (!/^sha256:[0-9a-f]{64}$/.test(digest))
        return err(problem('oci-digest', `${digest} is no digest that is understood`));
      const answer = await get(repository, `${repository.path}/blobs/${digest}`, bytesMax, access);
      if (!answer.ok) return answer;
      const bytes = await bytesOf(answer.value);
      if (!bytes.ok) return bytes;
      const found = digestOf(bytes.value);
      return found === digest ? ok(bytes.value) : err(wrongDigest(digest, found));
    },
  };
}

function parseManifest(bytes: Uint8Array, digest: string): Result<OciManifest> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    return err(problem('oci-manifest', `the manifest ${digest} is no JSON: ${messageOf(thrown)}`));
  }
  if (!isRecord(value) || !Array.isArray(value['layers']))
    return err(problem('oci-manifest', `${digest} is no manifest with layers`));
  const annotations: Record<string, string> = {};
  const given = value['annotations'];
  if (isRecord(given)) for (const [name, text] of Object.entries(given)) annotations[name] = String(text);
  return ok({
    digest,
    mediaType: textOf(value['mediaType']),
    config: descriptor(value['config']),
    layers: value['layers'].flatMap((layer: unknown) => descriptor(layer) ?? []),
    annotations,
  });
}

function descriptor(value: unknown): OciDescriptor | undefined {
  if (!isRecord(value) || typeof value['digest'] !== 'string') return undefined;
  return {
    mediaType: textOf(value['mediaType']),
    digest: value['digest'],
    size: Number(value['size'] ?? 0),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** RFC 8288; registries send a path on the same host. */
function nextPage(link: string | undefined): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const url = parseAddress(target, 'http://registry');
  return url === undefined ? undefined : (url.pathname + url.search).replace(/^\/v2\//, '');
}

async function bytesOf(answer: HttpAnswer): Promise<Result<Uint8Array>> {
  try {
    return ok(await collect(answer.body));
  } catch (thrown) {
    return err(problem('http-cut', messageOf(thrown), { retryable: true }));
  }
}

async function json(answer: HttpAnswer): Promise<Result<unknown>> {
  const bytes = await bytesOf(answer);
  if (!bytes.ok) return bytes;
  try {
    return ok(JSON.parse(new TextDecoder().decode(bytes.value)));
  } catch {
    return err(problem('http-answer', `${answer.url} does not answer with JSON`));
  }
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const wrongDigest = (wanted: string, found: string) =>
  problem('oci-digest', `what came has the digest ${found}, not ${wanted}: it was changed on its way`);

const denied = (repository: OciRepository) =>
  problem(
    'http-denied',
    `${repository.origin}/${repository.path}: the registry wants credentials, or others`,
  );
