import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurity, startLocalKube, type LocalKube } from '../index.ts';
import { openAuthority } from './authority.ts';
import { makeIssuedByUs } from './client-certificate.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const now = Date.UTC(2026, 5, 1);
const open = () => openAuthority({ random: systemRandom, now: () => now });
const subject = { commonName: 'ann', organizations: ['system:masters'] };

describe('a certificate', () => {
  const authority = open();
  const issuedByUs = makeIssuedByUs(authority.certificate);
  const ofClient = authority.issue({ subject, use: 'client' }).certificate;
  const other = open();

  it.each([
    ['of a client of ours is', ofClient, now, true],
    ['is not before its time', ofClient, now - dayMs, false],
    ['is not after its time', ofClient, now + 366 * dayMs, false],
    ['of a server is not', authority.issue({ subject, use: 'server' }).certificate, now, false],
    [
      'of another authority of our name is not',
      other.issue({ subject, use: 'client' }).certificate,
      now,
      false,
    ],
    ['of another authority itself is not', other.certificate, now, false],
  ])('%s', (_, certificate, at, expected) => {
    expect(issuedByUs(new X509Certificate(certificate), at)).toBe(expected);
  });

  it('is not ours when there is no authority to speak of', () => {
    expect(makeIssuedByUs('nothing')(new X509Certificate(ofClient), now)).toBe(false);
  });
});

describe('over TLS', () => {
  const options = { random: systemRandom, now: () => systemClock.now() };
  const secured = createSecurity(options);
  const stranger = createSecurity(options);
  let kube: LocalKube;
  let port: number;

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
    ({ port } = await kube.listen({ host: '127.0.0.1', port: 0, tls: secured.tls }));
  });
  afterAll(() => kube.stop());

  const ask = (identity: { readonly cert: string; readonly key: string } | undefined): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          path: '/api/v1/nodes',
          ca: secured.tls.clientCa,
          agent: false,
          ...identity,
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      asked.once('error', reject);
      asked.end();
    });
  const identityOf = ({ admin }: typeof secured) => ({ cert: admin.clientCert, key: admin.clientKey });

  it.each([
    ['the administrator is known', identityOf(secured), 200],
    ['the administrator of another cluster is nobody', identityOf(stranger), 403],
    ['a server is nobody', { cert: secured.tls.cert, key: secured.tls.key }, 403],
    ['who shows nothing is nobody', undefined, 403],
  ])('%s', async (_, identity, status) => {
    expect(await ask(identity)).toBe(status);
  });

  it('a session that goes on in another connection is that of the same client', async () => {
    const reused: boolean[] = [];
    const agent = new Agent({ ca: secured.tls.clientCa, maxCachedSessions: 5, ...identityOf(secured) });
    for (let i = 0; i < 3; i++) {
      const status = await new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path: '/api/v1/nodes', agent }, (answer) => {
          reused.push((answer.socket as TLSSocket).isSessionReused());
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode));
        });
        asked.once('error', reject);
        asked.end();
      });
      expect(status).toBe(200);
    }
    expect(reused).toContain(true);
    agent.destroy();
  });

  it('shows its authority, too', async () => {
    // The client knows no authority, so that it can only have this one from the server.
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.getPeerCertificate(true).issuerCertificate.subject.CN).toBe('plumbline-ca');
    socket.destroy();
  });
});
