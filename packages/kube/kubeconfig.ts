import { err, isRecord, messageOf, ok, problem } from '@plumbline/base';
import type { Clock, Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import type { HttpsOptions } from './transport/https.ts';

/** Reads a whole text file; rejects where there is none. */
export type ReadTextFile = (path: string) => Promise<string>;

/** Where a cluster is and how to sign in to it. */
export interface ClusterAddress {
  readonly context: string;
  readonly namespace: string;
  readonly options: HttpsOptions;
}

type Data = Readonly<Record<string, unknown>>;

interface KubeconfigOptions {
  readonly path: string;
  readonly readFile: ReadTextFile;
  readonly clock: Clock;
  /** Instead of the current one. */
  readonly context?: string;
}

/** Tokens on disk are renewed long before they expire; client libraries look once a minute. */
const TOKEN_AGE_MS = 60_000;
const IN_CLUSTER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What a kubeconfig file says about a context. Relative paths in it are relative to the file. */
export async function readKubeconfig(given: KubeconfigOptions): Promise<Result<ClusterAddress>> {
  const bad = (message: string, hint?: string): Result<ClusterAddress> =>
    err(
      problem('bad-kubeconfig', message, {
        where: { file: given.path },
        ...(hint === undefined ? {} : { hint }),
      }),
    );
  let text: string;
  try {
    text = await given.readFile(given.path);
  } catch (thrown) {
    return bad(`cannot be read: ${messageOf(thrown)}`);
  }
  const documents = readYaml(text, { file: given.path });
  if (!documents.ok) return documents;
  const config = documents.value[0]?.value;
  if (!isRecord(config)) return bad('is empty');
  const name = given.context ?? textOf(config, 'current-context');
  if (name === '') return bad('names no current context', 'choose one with --context');
  const context = named(config, 'contexts', name, 'context');
  if (context === undefined) return bad(`has no context "${name}"`, `it has: ${names(config, 'contexts')}`);
  const cluster = named(config, 'clusters', textOf(context, 'cluster'), 'cluster');
  if (cluster === undefined) return bad(`context "${name}" names a cluster that is not there`);
  const userName = textOf(context, 'user');
  const user = userName === '' ? {} : named(config, 'users', userName, 'user');
  if (user === undefined) return bad(`context "${name}" names a user that is not there`);
  const refusal = refusalOf(cluster, user);
  if (refusal !== undefined) return bad(refusal);
  try {
    const options = await httpsOptions(cluster, user, fileReader(given));
    return ok({ context: name, namespace: textOf(context, 'namespace') || 'default', options });
  } catch (thrown) {
    return bad(messageOf(thrown));
  }
}

/** The cluster that this process runs in, from its service account. */
export async function inClusterAddress(given: {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly readFile: ReadTextFile;
  readonly clock: Clock;
}): Promise<Result<ClusterAddress>> {
  if (given.host === undefined || given.host === '') {
    return err(
      problem('not-in-cluster', 'this process does not run in a cluster', { hint: 'name a kubeconfig' }),
    );
  }
  const { readFile, clock } = given;
  try {
    const host = given.host.includes(':') ? `[${given.host}]` : given.host;
    const ca = await readFile(`${IN_CLUSTER}/ca.crt`);
    const namespace = await readFile(`${IN_CLUSTER}/namespace`);
    const token = tokenFromFile(`${IN_CLUSTER}/token`, readFile, clock);
    const options = { server: `https://${host}:${given.port ?? '443'}`, ca, token };
    return ok({ context: 'in-cluster', namespace: namespace.trim(), options });
  } catch (thrown) {
    return err(problem('bad-service-account', `the service account cannot be read: ${messageOf(thrown)}`));
  }
}

/** What would need powers that this client does not have. */
function refusalOf(cluster: Data, user: Data): string | undefined {
  if (textOf(cluster, 'server') === '') return 'the cluster names no server';
  if (textOf(cluster, 'proxy-url') !== '')
    return 'the cluster is behind a proxy (proxy-url), which is not supported yet';
  if (user['exec'] !== undefined) {
    return 'the user signs in by running a program (exec), which is refused: give a token or a client certificate';
  }
  if (user['auth-provider'] !== undefined) {
    return 'the user signs in by an auth-provider, which is not supported: give a token or a client certificate';
  }
  return undefined;
}

interface Files {
  /** The text of a file, or of its `-data` twin, which wins. */
  pem(from: Data, field: string): Promise<string | undefined>;
  token(path: string): () => Promise<string>;
}

function fileReader(given: KubeconfigOptions): Files {
  const folder = given.path.includes('/') ? given.path.slice(0, given.path.lastIndexOf('/') + 1) : '';
  const at = (path: string): string => (path.startsWith('/') ? path : folder + path);
  return {
    async pem(from, field) {
      const data = textOf(from, `${field}-data`);
      if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
      const path = textOf(from, field);
      return path === '' ? undefined : given.readFile(at(path));
    },
    token: (path) => tokenFromFile(at(path), given.readFile, given.clock),
  };
}

async function httpsOptions(cluster: Data, user: Data, files: Files): Promise<HttpsOptions> {
  const ca = await files.pem(cluster, 'certificate-authority');
  const cert = await files.pem(user, 'client-certificate');
  const key = await files.pem(user, 'client-key');
  const serverName = textOf(cluster, 'tls-server-name');
  const tokenFile = textOf(user, 'tokenFile');
  const token = textOf(user, 'token');
  const username = textOf(user, 'username');
  const tokenSource =
    tokenFile !== '' ? files.token(tokenFile) : token !== '' ? () => Promise.resolve(token) : undefined;
  return {
    server: textOf(cluster, 'server'),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
    ...(serverName === '' ? {} : { serverName }),
    ...(tokenSource === undefined ? {} : { token: tokenSource }),
    ...(username === '' ? {} : { basic: { username, password: textOf(user, 'password') } }),
  };
}

/** A token that is read again when what was read is a minute old. */
function tokenFromFile(path: string, readFile: ReadTextFile, clock: Clock): () => Promise<string> {
  let last: { readonly at: number; readonly token: string } | undefined;
  return async () => {
    if (last === undefined || clock.now() - last.at > TOKEN_AGE_MS) {
      last = { at: clock.now(), token: (await readFile(path)).trim() };
    }
    return last.token;
  };
}

function textOf(value: Data, field: string): string {
  const member = value[field];
  return typeof member === 'string' ? member : '';
}

function entries(config: Data, list: string): readonly Data[] {
  const value = config[list];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function named(config: Data, list: string, name: string, field: string): Data | undefined {
  const member = entries(config, list).find((entry) => entry['name'] === name)?.[field];
  return isRecord(member) ? member : undefined;
}

function names(config: Data, list: string): string {
  return entries(config, list)
    .map((entry) => textOf(entry, 'name'))
    .join(', ');
}
