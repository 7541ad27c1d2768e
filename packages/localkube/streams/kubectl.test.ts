import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminKubeconfig } from '../security/index.ts';
import { isReady, scriptPod, startLocalCluster } from '../pods/test/cluster.ts';
import type { LocalCluster } from '../pods/test/cluster.ts';

const root = join(import.meta.dirname, '../../..');
/** The machine's own kubectl, and the one that was built as an oracle. */
const programs: readonly (readonly [name: string, path: string])[] = [
  ['the machine has', 'kubectl'],
  ['1.36', join(root, '.cache/oracles/bin/kubectl-1.36')],
];
const runs = (path: string): boolean =>
  spawnSync(path, ['version', '--client'], { stdio: 'ignore' }).status === 0;
const server = `require('http').createServer((q, r) => r.end('hello ' + q.url)).listen(8080, process.env.POD_IP)`;

let cluster: LocalCluster;
let folder: string;
let config: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-kubectl-'));
  cluster = await startLocalCluster();
  const { url } = await cluster.kube.listen({ host: '127.0.0.1', port: 0 });
  config = join(folder, 'kubeconfig');
  writeFileSync(config, adminKubeconfig({ server: url }));
  const mount = { volumeMounts: [{ name: 'work', mountPath: '/data' }] };
  cluster.apply(
    scriptPod('p', '', {
      restartPolicy: 'Always',
      containers: [
        {
          name: 'main',
          image: 'x',
          command: ['sh', '-c', 'while read line; do echo "got $line"; done; exec sleep 600'],
          stdin: true,
          ...mount,
        },
        {
          name: 'web',
          image: 'x',
          command: [process.execPath, '-e', server],
          env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
          readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        },
      ],
      volumes: [{ name: 'work', emptyDir: {} }],
    }),
    scriptPod('counts', 'for i in 1 2 3; do echo $i; sleep 0.1; done'),
  );
  await cluster.until('', 'Pod', 'p', isReady);
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(programs)('kubectl (%s)', (name, program) => {
  interface Result {
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }
  const kubectl = (args: readonly string[], input = '', env: Record<string, string> = {}): Promise<Result> =>
    new Promise((resolve) => {
      const child = execFile(
        program,
        ['--kubeconfig', config, ...args],
        { env: { ...process.env, ...env }, timeout: 45_000, maxBuffer: 1 << 26 },
        (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err }),
      );
      child.stdin?.end(input);
    });
  const spdy = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' };
  const cases: readonly (readonly [string, readonly string[], string, Result])[] = [
    [
      'both streams and an exit code',
      ['exec', 'p', '-c', 'main', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
      '',
      { code: 7, out: 'out\n', err: 'err\ncommand terminated with exit code 7\n' },
    ],
    [
      'input to its end',
      ['exec', '-i', 'p', '-c', 'main', '--', 'wc', '-c'],
      'x'.repeat(200_000),
      { code: 0, out: '200000\n', err: '' },
    ],
    [
      'a program that is missing',
      ['exec', 'p', '-c', 'main', '--', 'no-such'],
      '',
      {
        code: 1,
        out: '',
        err: 'error: Internal error occurred: error executing command in container: exec: "no-such": executable file not found in $PATH\n',
      },
    ],
  ];

  describe.skipIf(!runs(program))(`speaking to ${name}`, { timeout: 60_000 }, () => {
    it.each(cases)('runs a command with %s', async (_, args, input, wanted) => {
      expect(await kubectl(args, input)).toEqual(wanted);
      expect(await kubectl(args, input, spdy)).toMatchObject({ code: wanted.code, out: wanted.out });
    });

    it('takes the first container where none is named, and refuses one that is not there', async () => {
      const first = await kubectl(['exec', 'p', '--', 'echo', 'hi']);
      expect(first).toMatchObject({ code: 0, out: 'hi\n' });
      expect(first.err).toContain('Defaulted container "main" out of: main, web');
      expect(await kubectl(['exec', 'p', '-c', 'no', '--', 'echo'])).toMatchObject({ code: 1 });
    });

    it('gives a command a terminal', async () => {
      // kubectl asks for a terminal only if it has one itself.
      if (!existsSync('/usr/bin/script')) return;
      const line = `${program} --kubeconfig ${config} exec -it p -c main -- sh -c 'tty; until [ "$(stty size)" = "33 77" ]; do :; done; echo sized'`;
      const result = spawnChild('script', ['-qefc', `stty rows 33 cols 77; exec ${line}`, '/dev/null']);
      const out = await result;
      expect(out).toMatch(/^\/dev\/pts\/\d+\r\nsized\r\n$/);
    });

    it('copies files and folders there and back', async () => {
      const place = join(folder, `copy-${name.replaceAll(/\W/g, '')}`);
      mkdirSync(join(place, 'sub'), { recursive: true });
      writeFileSync(join(place, 'sub/big'), Buffer.alloc(1_000_000, 'abc'));
      writeFileSync(join(place, 'small'), 'small\n');
      const there = `p:/data/${name.replaceAll(/\W/g, '')}`;
      expect(await kubectl(['cp', '-c', 'main', place, there])).toMatchObject({ code: 0, err: '' });
      expect(await kubectl(['cp', '-c', 'main', there, `${place}-back`])).toMatchObject({ code: 0, err: '' });
      expect(
        readFileSync(join(`${place}-back`, 'sub/big')).equals(readFileSync(join(place, 'sub/big'))),
      ).toBe(true);
      expect(await kubectl(['cp', '-c', 'main', `${there}/small`, `${place}-one`])).toMatchObject({
        code: 0,
      });
      expect(readFileSync(`${place}-one`, 'utf8')).toBe('small\n');
      expect(await kubectl(['cp', '-c', 'main', 'p:/data', `${place}-all`])).toMatchObject({
        code: 0,
        err: '',
      });
      expect(existsSync(join(`${place}-all`, name.replaceAll(/\W/g, ''), 'small'))).toBe(true);
    });

    it('attaches to what a container is doing', async () => {
      const child = spawn(program, ['--kubeconfig', config, 'attach', '-i', 'p', '-c', 'main']);
      let out = '';
      const seen = new Promise<void>((resolve) => {
        child.stdout.on('data', (data: Buffer) => {
          out += data.toString();
          if (out.includes(`got ${name}`)) resolve();
        });
      });
      child.stdin.write(`${name}\n`);
      await seen;
      child.kill();
      expect(out).toContain(`got ${name}\n`);
    });

    it.each([
      ['WebSocket', {}],
      ['SPDY', spdy],
    ])('forwards a port over %s', async (_, env) => {
      const port = await freePort();
      const child = spawn(program, ['--kubeconfig', config, 'port-forward', 'p', `${port}:8080`], {
        env: { ...process.env, ...env },
      });
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (data: Buffer) => {
          if (data.toString().includes('Forwarding from 127.0.0.1')) resolve();
        });
      });
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (__, index) =>
          (await fetch(`http://127.0.0.1:${port}/${index}`)).text(),
        ),
      );
      child.kill();
      expect(answers).toEqual(Array.from({ length: 20 }, (__, index) => `hello /${index}`));
    });

    it('follows logs to their end', async () => {
      expect(await kubectl(['logs', '-f', 'counts'])).toEqual({ code: 0, out: '1\n2\n3\n', err: '' });
    });
  });
});

function spawnChild(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.on('close', () => resolve(out));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
