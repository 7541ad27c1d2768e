import { isRecord, messageOf } from '@plumbline/base';
import type { Clock, Logger, Random } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { isStatusError, retryOnConflict } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';
import bcrypt from 'bcryptjs';

/** What Secret `argocd-secret` says of sign-in. Never leaves this folder. */
interface Credentials {
  readonly passwordHash: string;
  /** Seconds since the epoch: tokens made before are void. */
  readonly passwordTime: number;
  readonly signingKey: Uint8Array;
}

/** The administrator's password, the signing key and the secrets of webhooks. */
export interface CredentialStore {
  /** Makes what is missing: at the first start everything. */
  prepare(): Promise<void>;
  read(): Promise<Credentials>;
  /** Any value of the Secret, such as `webhook.github.secret`. */
  value(name: string): Promise<string | undefined>;
  /** The password made at the first start, while its Secret is there. */
  initialPassword(): Promise<string | undefined>;
  changePassword(password: string): Promise<void>;
}

const SECRET = { group: '', version: 'v1', kind: 'Secret' } as const;
const NAME = 'argocd-secret';
const INITIAL = 'argocd-initial-admin-secret';
const LABELS = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/part-of': 'argocd' };
const HASH_ROUNDS = 10;
/** How long a read of the Secret is good where it is not watched. */
const AGE_MS = 10_000;
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 16;

/** The store over Secret `argocd-secret` of this namespace, as Argo CD keeps it. */
export function createCredentialStore(options: {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): CredentialStore {
  const { cluster, namespace, clock, random, logger } = options;
  const manager = { fieldManager: 'plumbline-server' };
  let cached: { readonly at: number; readonly object: KubeObject } | undefined;

  async function secret(): Promise<KubeObject | undefined> {
    const live = cluster.live.synced(SECRET)
      ? cluster.live.get({ ...SECRET, namespace, name: NAME })
      : undefined;
    if (live !== undefined) return live;
    if (cached !== undefined && clock.now() - cached.at < AGE_MS) return cached.object;
    const object = await cluster.get({ ...SECRET, namespace, name: NAME });
    cached = object === undefined ? undefined : { at: clock.now(), object };
    return object;
  }

  async function value(name: string): Promise<string | undefined> {
    const encoded = dataOf(await secret())[name];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  }

  async function write(
    current: KubeObject | undefined,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    const data: Record<string, string> = { ...dataOf(current) };
    for (const [name, text] of Object.entries(more))
      data[name] = Buffer.from(text, 'utf8').toString('base64');
    if (current === undefined) {
      const metadata = { name: NAME, namespace, labels: LABELS };
      await cluster.create({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }, manager);
    } else {
      await cluster.update({ ...current, data }, manager);
    }
    cached = undefined;
  }

  function makePassword(): string {
    let password = '';
    while (password.length < PASSWORD_LENGTH) {
      for (const byte of random.bytes(32)) {
        // Bytes beyond the last full round of the alphabet would make its first letters likelier.
        if (byte < ALPHABET.length * 4 && password.length < PASSWORD_LENGTH)
          password += ALPHABET[byte % ALPHABET.length];
      }
    }
    return password;
  }

  /** The password for the first start: of several replicas that start together, one makes it for all. */
  async function initial(): Promise<string> {
    const password = makePassword();
    const data = { password: Buffer.from(password, 'utf8').toString('base64') };
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: INITIAL, namespace },
      type: 'Opaque',
      data,
    };
    try {
      await cluster.create(object, manager);
      return password;
    } catch (thrown) {
      if (!isStatusError(thrown, 409)) throw thrown;
      return (await readInitial()) ?? initial();
    }
  }

  async function readInitial(): Promise<string | undefined> {
    const encoded = dataOf(await cluster.get({ ...SECRET, namespace, name: INITIAL }))['password'];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  }

  async function ensureNamespace(): Promise<void> {
    const ref = { group: '', version: 'v1', kind: 'Namespace', name: namespace };
    if ((await cluster.get(ref)) !== undefined) return;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await cluster.create(object, manager).catch((thrown: unknown) => {
      if (!isStatusError(thrown, 409)) throw thrown;
    });
  }

  async function prepareOnce(): Promise<void> {
    const current = await cluster.get({ ...SECRET, namespace, name: NAME });
    const data = dataOf(current);
    const missing: Record<string, string> = {};
    if (data['server.secretkey'] === undefined)
      missing['server.secretkey'] = Buffer.from(random.bytes(32)).toString('base64');
    if (data['admin.password'] === undefined) {
      // The password is stored before its hash, so that a start that was cut short can be repeated.
      missing['admin.password'] = await bcrypt.hash(await initial(), HASH_ROUNDS);
      missing['admin.passwordMtime'] = isoSeconds(clock.now());
      logger.info('made the first password of admin', { secret: `${namespace}/${INITIAL}` });
    }
    if (Object.keys(missing).length > 0) await write(current, missing);
  }

  return {
    value,
    async prepare() {
      await ensureNamespace();
      await retryOnConflict(clock, async () => {
        try {
          await prepareOnce();
        } catch (thrown) {
          // Another replica was faster: what it made is there now.
          if (isStatusError(thrown, 409) && thrown.reason === 'AlreadyExists') return prepareOnce();
          throw thrown;
        }
      });
    },
    async read() {
      const data = dataOf(await secret());
      const decode = (name: string): Uint8Array => Buffer.from(data[name] ?? '', 'base64');
      const text = (name: string): string => Buffer.from(decode(name)).toString('utf8');
      const signingKey = decode('server.secretkey');
      if (signingKey.length === 0) throw new Error(`Secret ${namespace}/${NAME} has no server.secretkey`);
      const time = Date.parse(text('admin.passwordMtime'));
      return {
        signingKey,
        passwordHash: text('admin.password'),
        passwordTime: Number.isNaN(time) ? 0 : Math.floor(time / 1000),
      };
    },
    async initialPassword() {
      try {
        return await readInitial();
      } catch (thrown) {
        logger.warn('the first password cannot be read', { error: messageOf(thrown) });
        return undefined;
      }
    },
    async changePassword(password) {
      const hash = await bcrypt.hash(password, HASH_ROUNDS);
      await retryOnConflict(clock, async () => {
        const current = await cluster.get({ ...SECRET, namespace, name: NAME });
        await write(current, { 'admin.password': hash, 'admin.passwordMtime': isoSeconds(clock.now()) });
      });
      await cluster.delete({ ...SECRET, namespace, name: INITIAL }).catch((thrown: unknown) => {
        if (!isStatusError(thrown, 404)) throw thrown;
      });
    },
  };
}

function dataOf(object: KubeObject | undefined): Readonly<Record<string, string>> {
  const data = object?.['data'];
  return isRecord(data) ? (data as Readonly<Record<string, string>>) : {};
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
