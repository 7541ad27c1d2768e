import { X509Certificate } from 'node:crypto';
import { request as send } from 'node:https';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurity, startLocalKube, type LocalKube } from '../index.ts';

type Raw = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body: Raw;
}

let kube: LocalKube;
let url: string;
const secured = createSecurity({ random: systemRandom, now: () => systemClock.now() });

beforeAll(async () => {
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: false,
    pods: 'none',
    security: secured.security,
  });
  secured.seed(kube.access);
  ({ url } = await kube.listen({ host: '127.0.0.1', port: 0, tls: secured.tls }));
  kube.access.create(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: 'default' } },
    'test',
  );
});

afterAll(() => kube.stop());

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As the administrator, unless a token says otherwise; over real TLS. */
function call({ method = 'POST', path, body, token, headers }: Call): Promise<Answer> {
  const { caCert: ca, clientCert: cert, clientKey: key } = secured.admin;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      `${url}${path}`,
      {
        method,
        ca,
        agent: false,
        ...(token === undefined && { cert, key }),
        headers: {
          'content-type': 'application/json',
          ...headers,
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Raw }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const accounts = '/api/v1/namespaces/default/serviceaccounts';
const whoPath = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const who = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

const tokenRequest = (spec: Raw = {}): Raw => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec,
});

async function tokenFor(spec: Raw = {}): Promise<string> {
  const { status, body } = await call({ path: `${accounts}/bot/token`, body: tokenRequest(spec) });
  expect(status, JSON.stringify(body)).toBe(201);
  return (body['status'] as { token: string }).token;
}

describe('tokens of service accounts', () => {
  it('let their account in', async () => {
    const token = await tokenFor();
    const { body } = await call({ path: whoPath, body: who, token });
    expect(body['status']).toMatchObject({
      userInfo: {
        username: 'system:serviceaccount:default:bot',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
    });
    const refused = await call({ method: 'GET', path: '/api/v1/namespaces/default/pods', token });
    expect([refused.status, refused.body['message']]).toEqual([
      403,
      'pods is forbidden: User "system:serviceaccount:default:bot" cannot list resource "pods" in API group "" in the namespace "default"',
    ]);
  });

  it('are for those that they were made for', async () => {
    const token = await tokenFor({ audiences: ['vault'] });
    expect((await call({ path: whoPath, body: who, token })).status).toBe(401);
    const review = (audiences?: readonly string[]): Raw => ({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences !== undefined && { audiences }) },
    });
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    expect((await call({ path, body: review(['vault']) })).body['status']).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
    });
    expect((await call({ path, body: review() })).body['status']).toMatchObject({
      error: expect.stringContaining('is invalid for the target audiences') as string,
    });
  });

  it.each([
    [
      { expirationSeconds: 10 },
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
    ],
    [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'x' } }, 'pods "x" not found'],
    [
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'x' } },
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
  ])('are refused for %j', async (spec, message) => {
    const { body } = await call({ path: `${accounts}/bot/token`, body: tokenRequest(spec) });
    expect(body['message']).toBe(message);
  });

  it('end with what they are bound to, and cannot be altered', async () => {
    const { access } = kube;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };
    access.create(secret, 'test');
    const token = await tokenFor({ boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: 's' } });
    expect((await call({ path: whoPath, body: who, token })).status).toBe(201);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Raw;
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url');
    for (const bad of [`${head}.${forged}.${signature}`, `${head}.${body}.`, `${head}.${body}`, 'x.y.z'])
      expect((await call({ path: whoPath, body: who, token: bad })).status).toBe(401);
    access.delete('', 'Secret', 'default', 's');
    expect((await call({ path: whoPath, body: who, token })).status).toBe(401);
  });

  it('are put into Secrets that are meant for them', async () => {
    const { access } = kube;
    access.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: 'bot-token',
          namespace: 'default',
          annotations: { 'kubernetes.io/service-account.name': 'bot' },
        },
        type: 'kubernetes.io/service-account-token',
      },
      'test',
    );
    const data = access.get('', 'Secret', 'default', 'bot-token')?.['data'] as { token: string };
    const token = Buffer.from(data.token, 'base64').toString();
    expect((await call({ path: whoPath, body: who, token })).status).toBe(201);
    access.delete('', 'Secret', 'default', 'bot-token');
    expect((await call({ path: whoPath, body: who, token })).status).toBe(401);
  });
});

describe('acting as somebody else', () => {
  it('is for those who may', async () => {
    const headers = {
      'impersonate-user': 'jane',
      'impersonate-group': 'devs',
      'impersonate-extra-team': 'x',
    };
    expect((await call({ path: whoPath, body: who, headers })).body['status']).toEqual({
      userInfo: { username: 'jane', groups: ['devs', 'system:authenticated'], extra: { team: ['x'] } },
    });
    const token = await tokenFor();
    const path = '/api/v1/namespaces/default/pods';
    const refused = await call({ method: 'GET', path, headers, token });
    expect(refused.body['message']).toBe(
      'pods is forbidden: User "system:serviceaccount:default:bot" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "default"',
    );
  });
});

// Made with `openssl req -new` for /CN=joe/O=devs/O=ops.
const signingRequest = `-----BEGIN CERTIFICATE REQUEST-----
MIHlMIGNAgEAMCsxDDAKBgNVBAMMA2pvZTENMAsGA1UECgwEZGV2czEMMAoGA1UE
CgwDb3BzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIOiNMBtoYc496SNOz85V
0udwpFHlcNiZ4wRoHVF/RtLA6vbjZYV6WvbqI0lfiiB6TajB9PfjlPIoehK2zDFB
laAAMAoGCCqGSM49BAMCA0cAMEQCIHLjv0CBxZFkLhhxiVmumcJ9TiVEGy0jUYNe
8H8j1I+oAiAxjLEnzME5jN8aHVqYgIUBkSXSAoP/8/X7EUZFiKcfzg==
-----END CERTIFICATE REQUEST-----
`;

describe('certificates', () => {
  it('are signed for requests that are approved', async () => {
    const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const made = await call({
      path,
      body: {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: 'joe' },
        spec: {
          request: Buffer.from(signingRequest).toString('base64'),
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
        },
      },
    });
    expect(made.body['spec']).toMatchObject({ username: 'plumbline-admin' });
    const approved = {
      ...made.body,
      status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Fine', message: '' }] },
    };
    expect((await call({ method: 'PUT', path: `${path}/joe/approval`, body: approved })).status).toBe(200);
    const status = kube.access.get('certificates.k8s.io', 'CertificateSigningRequest', '', 'joe')?.status as {
      certificate: string;
    };
    const certificate = new X509Certificate(Buffer.from(status.certificate, 'base64'));
    expect(certificate.subject.split('\n').toSorted()).toEqual(['CN=joe', 'O=devs', 'O=ops']);
    expect(certificate.verify(new X509Certificate(secured.admin.caCert).publicKey)).toBe(true);
  });
});
