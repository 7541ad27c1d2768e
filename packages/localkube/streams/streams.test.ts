import { request } from 'node:http';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import type { KubeObject } from '@plumbline/api';
import { createSecurity } from '../security/index.ts';
import { startLocalKube } from '../start.ts';
import { isReady, scriptPod, startLocalCluster } from '../pods/test/cluster.ts';
import type { LocalCluster } from '../pods/test/cluster.ts';
import { spdyConnection } from './spdy/connection.ts';
import { dataFrame, frameReader, openFrame, pingFrame } from './spdy/frames.ts';
import { makeHeaderCodec } from './spdy/headers.ts';

describe('WebSocket streams of a pod', { timeout: 60_000 }, () => {
  let cluster: LocalCluster;
  let url: string;
  beforeAll(async () => {
    cluster = await startLocalCluster();
    url = (await cluster.kube.listen({ host: '127.0.0.1', port: 0 })).url;
    cluster.apply(
      scriptPod('p', 'exec sleep 600', { restartPolicy: 'Always' }),
      scriptPod('web', '', {
        container: {
          command: [
            process.execPath,
            '-e',
            `require('net').createServer((s) => s.pipe(s)).listen(9000, process.env.IP)`,
          ],
          env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          readinessProbe: { tcpSocket: { port: 9000 }, periodSeconds: 1 },
        },
      }),
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'played',
          namespace: 'default',
          annotations: {
            'plumbline.dev/simulate-exec':
              '{"cat /version": "1.2\\n", "false": {"stderr": "no\\n", "exitCode": 1}}',
          },
        },
        spec: { containers: [{ name: 'main', image: 'example.org/app:1' }] },
      },
    );
    await Promise.all(['p', 'web', 'played'].map((name) => cluster.until('', 'Pod', name, isReady)));
  });
  afterAll(() => cluster.stop());

  interface Session {
    readonly protocol: string;
    readonly channels: ReadonlyMap<number, string>;
    readonly code: number;
  }
  /** Talks over channels until the server closes; `say` is sent at the beginning. */
  const session = (
    path: string,
    protocols: readonly string[],
    say: (socket: WebSocket) => void = () => {},
    seen: (channel: number, all: string, socket: WebSocket) => void = () => {},
  ): Promise<Session> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/namespaces/default/pods/${path}`, [
        ...protocols,
      ]);
      const channels = new Map<number, string>();
      socket.on('open', () => say(socket));
      socket.on('message', (data: Buffer, binary) => {
        const channel = binary ? (data[0] ?? 0) : Number(String.fromCharCode(data[0] ?? 0));
        const text = binary
          ? data.subarray(1).toString('latin1')
          : Buffer.from(data.subarray(1).toString(), 'base64').toString();
        const all = (channels.get(channel) ?? '') + text;
        channels.set(channel, all);
        seen(channel, all, socket);
      });
      socket.on('close', (code) => resolve({ protocol: socket.protocol, channels, code }));
      socket.on('unexpected-response', (_, response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString()));
        response.on('end', () =>
          reject(new Error(`${response.statusCode} ${(JSON.parse(body) as { message: string }).message}`)),
        );
      });
      socket.on('error', reject);
    });
  const exec = (pod: string, command: readonly string[], flags = 'stdout=true&stderr=true'): string =>
    `${pod}/exec?${command.map((part) => `command=${encodeURIComponent(part)}`).join('&')}&${flags}`;

  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'])(
    'carry a command in %s',
    async (protocol) => {
      const result = await session(exec('p', ['sh', '-c', 'echo out; echo err >&2; exit 5']), [
        protocol,
        'other',
      ]);
      expect(result.protocol).toBe(protocol);
      expect(result.channels.get(1)).toBe('out\n');
      expect(result.channels.get(2)).toBe('err\n');
      expect(JSON.parse(result.channels.get(3) ?? '')).toEqual({
        metadata: {},
        status: 'Failure',
        message:
          'command terminated with non-zero exit code: error executing command [sh -c echo out; echo err >&2; exit 5], exit code 5',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '5' }] },
      });
      expect(result.code).toBe(1000);
    },
  );

  it('say how it ended in plain text in the first protocol', async () => {
    const result = await session(exec('p', ['false']), ['channel.k8s.io']);
    expect(result.channels.get(3)).toContain('exit code 1');
  });

  it('close the input when the fifth protocol says so', async () => {
    const result = await session(
      exec('p', ['wc', '-c'], 'stdin=true&stdout=true'),
      ['v5.channel.k8s.io'],
      (socket) => {
        socket.send(Buffer.from('\0four'));
        socket.send(Buffer.from([255, 0]));
      },
    );
    expect(result.channels.get(1)).toBe('4\n');
    expect(JSON.parse(result.channels.get(3) ?? '')).toEqual({ metadata: {}, status: 'Success' });
  });

  it('end a command whose client is gone', async () => {
    let pid = 0;
    await session(
      exec('p', ['sh', '-c', 'echo $$; exec sleep 600'], 'stdout=true'),
      ['v5.channel.k8s.io'],
      undefined,
      (_, all, socket) => {
        if (!all.endsWith('\n')) return;
        pid = Number(all);
        socket.terminate();
      },
    );
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('carry ports over channels', async () => {
    const ended = session(
      'web/portforward?ports=9000',
      ['v4.channel.k8s.io'],
      (socket) => socket.send(Buffer.from('\0ping')),
      (channel, all, socket) => {
        if (channel === 0 && all.endsWith('ping')) socket.close();
      },
    );
    expect((await ended).channels.get(0)).toBe(`${Buffer.from([0x28, 0x23]).toString('latin1')}ping`);
    const failed = await session('web/portforward?ports=9001', ['v4.channel.k8s.io']);
    expect(failed.channels.get(1)).toMatch(/error forwarding port 9001 to pod web, uid .*ECONNREFUSED/);
  });

  it('answer for a simulated container only what its pod says', async () => {
    expect((await session(exec('played', ['cat', '/version']), ['v5.channel.k8s.io'])).channels.get(1)).toBe(
      '1.2\n',
    );
    const failing = await session(exec('played', ['false']), ['v5.channel.k8s.io']);
    expect(failing.channels.get(2)).toBe('no\n');
    const refused = await session(exec('played', ['ls']), ['v5.channel.k8s.io']);
    expect((JSON.parse(refused.channels.get(3) ?? '') as { message: string }).message).toBe(
      'Internal error occurred: container "main" of pod played is simulated: image example.org/app:1 was not pulled and no process runs, so no command can be run in it',
    );
  });

  it.each([
    ['a pod that is not there', exec('none', ['ls']), 'v5.channel.k8s.io', '404 pods "none" not found'],
    [
      'a container that is not there',
      exec('p', ['ls'], 'stdout=true&container=x'),
      'v5.channel.k8s.io',
      '400 container x is not valid for pod p',
    ],
    [
      'no stream',
      exec('p', ['ls'], ''),
      'v5.channel.k8s.io',
      '400 you must specify at least 1 of stdin, stdout, stderr',
    ],
    ['no command', 'p/exec?stdout=true', 'v5.channel.k8s.io', '400 you must specify a command'],
    [
      'a protocol that nobody speaks',
      exec('p', ['ls']),
      'v9.channel.k8s.io',
      '403 unable to upgrade: unable to negotiate protocol',
    ],
    ['a port that is none', 'p/portforward?ports=70000', 'v4.channel.k8s.io', '400 invalid ports "70000"'],
  ])('refuse %s', async (_, path, protocol, wanted) => {
    await expect(session(path, [protocol])).rejects.toThrow(wanted);
  });

  it('are there in process, too', async () => {
    const pod = cluster.get('', 'Pod', 'p')!;
    const flags = { container: 'main', stdin: true, stdout: true, stderr: false, tty: false };
    const opened = cluster.kube.streams!.exec(pod, { ...flags, command: ['tr', 'a-z', 'A-Z'] });
    opened.stdin!.end('loud\n');
    let out = '';
    opened.stdout!.on('data', (data: Buffer) => (out += data.toString()));
    expect(await opened.ended).toEqual({ exitCode: 0 });
    expect(out).toBe('LOUD\n');
  });

  it('are over when the client is gone, also in the middle of much output', async () => {
    const pod = cluster.get('', 'Pod', 'p')!;
    const flags = { container: 'main', stdin: false, stdout: true, stderr: false, tty: false };
    const opened = cluster.kube.streams!.exec(pod, { ...flags, command: ['yes'] });
    await new Promise((resolve) => opened.stdout!.once('data', resolve));
    opened.stdout!.pause();
    opened.close();
    expect(await opened.ended).toEqual({ exitCode: 137 });
  });

  it('refuse pages of other servers', async () => {
    const answer = await new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(
        `${url.replace('http', 'ws')}/api/v1/namespaces/default/pods/${exec('p', ['ls'])}`,
        ['v5.channel.k8s.io'],
        {
          origin: 'http://127.0.0.1:1',
        },
      );
      socket.on('unexpected-response', (__, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(101));
      socket.on('error', () => {});
    });
    expect(answer).toBe(403);
  });

  it('ask plain requests to upgrade, and answer upgrades to other things as requests', async () => {
    const plain = await fetch(`${url}/api/v1/namespaces/default/pods/${exec('p', ['ls'])}`);
    expect(plain.status).toBe(400);
    expect(await plain.json()).toMatchObject({ reason: 'BadRequest', message: 'Upgrade request required' });
    const other = await new Promise<number | undefined>((resolve) => {
      const sent = request(`${url}/version`, {
        headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' },
      });
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.end();
    });
    expect(other).toBe(200);
  });

  it.each([
    ['/version', 200],
    ['/api/v1/pods', 200],
    ['/api/v1/namespaces/default/pods/none/log', 404],
    ['/nothing', 404],
    ['/%zz?%', 404],
  ])('are not what %s is about', async (path, wanted) => {
    const status = await new Promise<number | undefined>((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
      socket.on('unexpected-response', (_, response) => {
        response.resume();
        resolve(response.statusCode);
      });
      socket.on('error', () => {});
    });
    expect(status).toBe(wanted);
  });

  it('survive any bytes after an upgrade to SPDY', async () => {
    const { port } = new URL(url);
    for (let round = 0; round < 30; round++) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(
            `POST /api/v1/namespaces/default/pods/p/portforward HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n`,
          );
          const noise = Buffer.from(systemRandom.bytes(200));
          if (round % 2 === 0) noise.set([0x80, 3, 0, 1 + (round % 9), 0, 0, 0, 40]);
          socket.end(noise);
        });
        socket.resume();
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    }
    expect((await fetch(`${url}/version`)).status).toBe(200);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('who may open a stream', () => {
  it('has to be allowed to get and to create it, and admission may refuse', async () => {
    const secured = createSecurity({ random: systemRandom, now: () => Date.now(), host: '127.0.0.1' });
    const kube = await startLocalKube({
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      controllers: true,
      pods: 'simulated',
      security: secured.security,
    });
    secured.seed(kube.access);
    const { access } = kube;
    const make = (object: unknown): KubeObject => access.create(object as KubeObject, 'test');
    const grant = (name: string, verbs: readonly string[]): string => {
      const account = make({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace: 'default' },
      });
      make({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name, namespace: 'default' },
        rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs }],
      });
      make({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name, namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
      });
      const { tokens } = secured.security;
      return tokens!.issue({ account, audiences: [tokens!.issuer], seconds: 600 }).token;
    };
    make({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'p',
        namespace: 'default',
        annotations: { 'plumbline.dev/simulate-exec': '{"id": "me\\n"}' },
      },
      spec: { containers: [{ name: 'main', image: 'x' }], nodeName: 'embedded' },
    });
    const { url } = await kube.listen({ host: '127.0.0.1', port: 0 });
    const open = (
      token: string | undefined,
      command = 'id',
      protocols: readonly string[] = ['v5.channel.k8s.io'],
    ): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(
          `${url.replace('http', 'ws')}/api/v1/namespaces/default/pods/p/exec?command=${command}&stdout=true`,
          [...protocols],
          token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
        );
        let out = '';
        socket.on('message', (data: Buffer) => {
          if (data[0] === 1) out += data.subarray(1).toString();
        });
        socket.on('close', () => resolve(out));
        socket.on('error', () => {});
        socket.on('unexpected-response', (_, response) => {
          let body = '';
          response.on('data', (part: Buffer) => (body += part.toString()));
          response.on('end', () =>
            resolve(`${response.statusCode} ${(JSON.parse(body) as { message: string }).message}`),
          );
        });
      });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isReady(access.get('', 'Pod', 'default', 'p')!)) resolve();
      };
      access.subscribe('', 'Pod', look);
      look();
    });
    const both = grant('both', ['get', 'create']);
    expect(await open(both)).toBe('me\n');
    expect(
      await open(undefined, 'id', [
        'v5.channel.k8s.io',
        `base64url.bearer.authorization.k8s.io.${Buffer.from(both).toString('base64url')}`,
      ]),
    ).toBe('me\n');
    expect(await open(grant('reader', ['get']))).toContain(
      '403 pods "p" is forbidden: User "system:serviceaccount:default:reader" cannot create resource "pods/exec" in API group "" in the namespace "default"',
    );
    expect(await open(grant('writer', ['create']))).toContain('cannot get resource "pods/exec"');
    expect(await open('nonsense')).toBe('401 Unauthorized');
    make({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-id' },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] },
          ],
        },
        validations: [{ expression: "!('id' in object.command)", message: 'nobody asks who they are' }],
      },
    });
    make({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'no-id' },
      spec: { policyName: 'no-id', validationActions: ['Deny'] },
    });
    expect(await open(both)).toContain('nobody asks who they are');
    await kube.stop();
  });
});

describe('SPDY', () => {
  /** Two ends of a line, each of which reads what the other writes. */
  const line = (): readonly [Duplex, Duplex] => {
    const ends: Duplex[] = [];
    const end = (other: number): Duplex =>
      new Duplex({
        read() {},
        write(chunk: Buffer, _, done) {
          ends[other]!.push(chunk);
          done();
        },
        final(done) {
          ends[other]!.push(null);
          done();
        },
      });
    ends.push(end(1), end(0));
    return [ends[0]!, ends[1]!];
  };

  it('opens streams, carries both ways in pieces of any size, and answers pings', async () => {
    const [client, server] = line();
    const seen: string[] = [];
    spdyConnection(server, ({ headers, duplex }) => {
      seen.push(headers['streamtype'] ?? '');
      duplex.pipe(duplex);
    });
    const codec = makeHeaderCodec();
    const frames = [
      openFrame(1, await codec.pack({ streamType: 'data', port: '80' })),
      openFrame(3, await codec.pack({ streamType: 'error', port: '80' })),
      pingFrame(7),
      ...dataFrame(1, Buffer.from('hello '), false),
      ...dataFrame(1, Buffer.from('world'), true),
    ];
    const read = frameReader();
    const got = new Promise<string>((resolve) => {
      let text = '';
      let pinged = false;
      client.on('data', (chunk: Buffer) => {
        for (const frame of read(chunk)) {
          if (frame.type === 'ping') pinged = frame.id === 7;
          if (frame.type === 'data' && frame.stream === 1) text += frame.data.toString();
          if (frame.type === 'data' && frame.last && pinged) resolve(text);
        }
      });
    });
    const bytes = Buffer.concat(frames);
    for (let at = 0; at < bytes.length; at += 3) client.write(bytes.subarray(at, at + 3));
    expect(await got).toBe('hello world');
    expect(seen).toEqual(['data', 'error']);
  });

  it.each([
    ['another version', Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0])],
    ['a frame that is too large', Buffer.from([0, 0, 0, 1, 0, 0xff, 0xff, 0xff])],
    ['headers that are no headers', openFrame(1, Buffer.from('nonsense'))],
    ['a stream with an even number', openFrame(2, Buffer.alloc(0))],
  ])('closes the line at %s', async (_, bytes) => {
    const [client, server] = line();
    const connection = spdyConnection(server, () => {});
    client.write(bytes);
    await connection.closed;
    expect(server.destroyed).toBe(true);
  });
});
