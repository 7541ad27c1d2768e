import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, type Random } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import type { User } from '../types.ts';

/** Who issues tokens, and whom they are for when nobody says otherwise. */
export const issuer = 'https://kubernetes.default.svc.cluster.local';
const legacyIssuer = 'kubernetes/serviceaccount';
const algorithm = 'ES256';

/** What a token is made for. */
interface TokenSubject {
  readonly account: KubeObject;
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly bound?: { readonly kind: string; readonly object: KubeObject } | undefined;
}

/** Signs and reads the tokens of service accounts. */
export interface Tokens {
  issue(subject: TokenSubject): { readonly token: string; readonly expires: number };
  /** The kind of token that lies in a Secret and never ends. */
  issueForSecret(account: KubeObject, secret: string): string;
  /** Whose token it is; undefined for a text that is no valid token of this server. */
  read(token: string, access: Access | undefined): TokenOwner | undefined;
  /** The public keys as `/openid/v1/jwks` shows them. */
  readonly keys: unknown;
}

interface TokenOwner {
  readonly user: User;
  readonly audiences: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

/** Opens the signing key that lies in the folder, or makes one. */
export function openTokens(options: {
  readonly random: Random;
  readonly now: () => number;
  readonly folder?: string;
}): Tokens {
  const { random, now, folder } = options;
  const key = openKey(folder);
  const publicKey = createPublicKey(key);
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  const signed = (claims: Claims): string => {
    const text = `${encode({ alg: algorithm, kid })}.${encode(claims)}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  // A signature that was good stays good; whether its owner is still there is asked each time.
  let known = new Map<string, Claims>();
  const claimsKnown = (token: string): Claims | undefined => {
    const found = known.get(token);
    if (found !== undefined) return found;
    const claims = claimsOf(token, publicKey);
    if (claims === undefined) return undefined;
    if (known.size >= knownMax) known = new Map();
    known.set(token, claims);
    return claims;
  };
  return {
    issue({ account, audiences, seconds, bound }) {
      const issued = Math.floor(now() / 1000);
      const { namespace = '', name, uid } = account.metadata;
      const claims = {
        aud: audiences,
        exp: issued + seconds,
        iat: issued,
        iss: issuer,
        jti: random.uuid(),
        'kubernetes.io': {
          namespace,
          ...(bound !== undefined && {
            [bound.kind.toLowerCase()]: { name: bound.object.metadata.name, uid: bound.object.metadata.uid },
          }),
          serviceaccount: { name, uid },
        },
        nbf: issued,
        sub: `system:serviceaccount:${namespace}:${name}`,
      };
      return { token: signed(claims), expires: (issued + seconds) * 1000 };
    },
    issueForSecret(account, secret) {
      const { namespace = '', name, uid } = account.metadata;
      return signed({
        iss: legacyIssuer,
        'kubernetes.io/serviceaccount/namespace': namespace,
        'kubernetes.io/serviceaccount/secret.name': secret,
        'kubernetes.io/serviceaccount/service-account.name': name,
        'kubernetes.io/serviceaccount/service-account.uid': uid,
        sub: `system:serviceaccount:${namespace}:${name}`,
      });
    },
    read(token, access) {
      const claims = claimsKnown(token);
      if (claims === undefined || access === undefined) return undefined;
      if (claims['iss'] === legacyIssuer) return ownerOfSecret(token, claims, access);
      return claims['iss'] === issuer ? ownerOf(claims, now() / 1000, access) : undefined;
    },
    keys: { keys: [{ use: 'sig', ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm }] },
  };
}

function openKey(folder: string | undefined): KeyObject {
  const file = folder === undefined ? undefined : join(folder, 'sa.key');
  if (file !== undefined && existsSync(file)) return createPrivateKey(readFileSync(file, 'utf8'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (folder !== undefined && file !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 });
  }
  return privateKey;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const knownMax = 1_000;

/** Longer texts are no tokens of ours. */
const tokenMax = 16_384;

function claimsOf(token: string, key: KeyObject): Claims | undefined {
  const [head, body, signature, more] = token.length > tokenMax ? [] : token.split('.');
  if (head === undefined || body === undefined || signature === undefined || more !== undefined)
    return undefined;
  const header = decode(head);
  if (header?.['alg'] !== algorithm) return undefined;
  const valid = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return valid ? decode(body) : undefined;
}

function decode(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Objects that a token is bound to, and how its owner tells of them. */
const bindable = { pod: 'Pod', secret: 'Secret', node: 'Node' } as const;

function ownerOf(claims: Claims, now: number, access: Access): TokenOwner | undefined {
  const { exp, nbf, aud } = claims;
  if (typeof exp !== 'number' || exp <= now || (typeof nbf === 'number' && nbf > now + 60)) return undefined;
  const own = claims['kubernetes.io'];
  if (!isRecord(own) || !isRecord(own['serviceaccount'])) return undefined;
  const namespace = String(own['namespace']);
  const extra: Record<string, readonly string[]> = {
    'authentication.kubernetes.io/credential-id': [`JTI=${String(claims['jti'])}`],
  };
  for (const [claim, kind] of Object.entries(bindable)) {
    const bound = own[claim];
    if (!isRecord(bound)) continue;
    const found = access.get('', kind, kind === 'Node' ? '' : namespace, String(bound['name']));
    if (found === undefined || found.metadata.uid !== bound['uid']) return undefined;
    if (claim === 'secret') continue;
    extra[`authentication.kubernetes.io/${claim}-name`] = [found.metadata.name];
    extra[`authentication.kubernetes.io/${claim}-uid`] = [found.metadata.uid ?? ''];
  }
  const { name, uid } = own['serviceaccount'];
  const user = accountUser(namespace, String(name), String(uid), access);
  const audiences = Array.isArray(aud) ? aud.map(String) : [];
  return user === undefined ? undefined : { user: { ...user, extra }, audiences };
}

function ownerOfSecret(token: string, claims: Claims, access: Access): TokenOwner | undefined {
  const claim = (name: string): string => String(claims[`kubernetes.io/serviceaccount/${name}`]);
  const secret = access.get('', 'Secret', claim('namespace'), claim('secret.name'));
  const data = isRecord(secret?.['data']) ? secret['data']['token'] : undefined;
  if (typeof data !== 'string' || Buffer.from(data, 'base64').toString() !== token) return undefined;
  const name = claim('service-account.name');
  const user = accountUser(claim('namespace'), name, claim('service-account.uid'), access);
  return user === undefined ? undefined : { user, audiences: [issuer] };
}

function accountUser(namespace: string, name: string, uid: string, access: Access): User | undefined {
  const account = access.get('', 'ServiceAccount', namespace, name);
  if (account === undefined || account.metadata.uid !== uid) return undefined;
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}
