import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { virtualClock } from '@plumbline/base';
import { openPodsFolder } from './folder.ts';
import { createLogFile } from './log-file.ts';
import { readLog } from './log-reader.ts';
import type { LogWish } from './log-reader.ts';
import { writePayload } from './payload.ts';
import { MARK, startOf, startProcess } from './process.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const all = async (source: AsyncIterable<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts).toString();
};

describe('a log on disk', () => {
  const everything: LogWish = { follow: false, timestamps: false };

  it('is kept in lines with time and stream, also where output comes in pieces', async () => {
    const path = join(folder, 'pieces.log');
    const log = createLogFile(path, virtualClock());
    for (const piece of ['on', 'e\ntw', 'o\n', 'ü'.slice(0, 1), '\nrest'])
      log.append('stdout', Buffer.from(piece));
    log.append('stderr', Buffer.from('bad\n'));
    log.end();
    expect(readFileSync(path, 'utf8')).toBe(
      ['stdout F one', 'stdout F two', 'stdout F ü', 'stderr F bad', 'stdout P rest', '']
        .map((line) => (line === '' ? '' : `2026-01-01T00:00:00.000000000Z ${line}`))
        .join('\n'),
    );
    expect(await all(readLog(path, undefined, everything, 0))).toBe('one\ntwo\nü\nbad\nrest');
  });

  it('keeps bytes that are no text, and lines of any length', async () => {
    const path = join(folder, 'bytes.log');
    const log = createLogFile(path, virtualClock());
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      Buffer.alloc(50_000, 'x'),
      Buffer.from('\n'),
    ]);
    for (let at = 0; at < bytes.length; at += 7_001) log.append('stdout', bytes.subarray(at, at + 7_001));
    log.end();
    const parts: Uint8Array[] = [];
    for await (const part of readLog(path, undefined, everything, 0)) parts.push(part);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it('drops the oldest part when it grows too long, and a follower misses nothing that it was there for', async () => {
    const path = join(folder, 'long.log');
    const log = createLogFile(path, virtualClock());
    const reading = all(readLog(path, log, { ...everything, follow: true }, 0));
    const line = `${'y'.repeat(999)}\n`;
    for (let i = 0; i < 30; i++) {
      log.append('stdout', Buffer.from(line.repeat(1000)));
      // The follower gets its turn, as it does between two reads of a pipe.
      await new Promise((resolve) => setImmediate(resolve));
    }
    log.end();
    expect((await reading).length).toBe(30_000_000);
    expect(statSync(path).size + statSync(`${path}.1`).size).toBeLessThan(22 << 20);
    expect((await all(readLog(path, undefined, { ...everything, tailLines: 12_000 }, 0))).length).toBe(
      12_000_000,
    );
    expect(await all(readLog(path, undefined, { ...everything, tailLines: 1 }, 0))).toBe(line);
  });

  it.each([
    [0, ''],
    [1, 'c\n'],
    [2, 'b\nc\n'],
    [3, 'a\nb\nc\n'],
    [4, 'a\nb\nc\n'],
  ])('shows its last %i lines', async (tailLines, wanted) => {
    const path = join(folder, `tail-${tailLines}.log`);
    const log = createLogFile(path, virtualClock());
    log.append('stdout', Buffer.from('a\nb\nc\n'));
    expect(await all(readLog(path, log, { ...everything, tailLines }, 0))).toBe(wanted);
    log.end();
  });

  it('begins where it is told to', async () => {
    const clock = virtualClock();
    const path = join(folder, 'since.log');
    const log = createLogFile(path, clock);
    log.append('stdout', Buffer.from('early\n'));
    clock.advance(60_000);
    log.append('stdout', Buffer.from('late\n'));
    log.end();
    expect(await all(readLog(path, undefined, { ...everything, sinceSeconds: 30 }, clock.now()))).toBe(
      'late\n',
    );
    expect(await all(readLog(path, undefined, { ...everything, sinceTime: '2026-01-01T00:00:00Z' }, 0))).toBe(
      'early\nlate\n',
    );
  });
});

describe('the files of a made-up volume', () => {
  const files = (entries: Readonly<Record<string, string>>, mode = 0o644) =>
    new Map(Object.entries(entries).map(([path, data]) => [path, { data: Buffer.from(data), mode }]));

  it('change together, and not at all when nothing differs', () => {
    const place = join(folder, 'volume');
    writePayload(place, files({ a: '1', 'sub/b': '2' }));
    const first = readlinkSync(join(place, '..data'));
    expect(readFileSync(join(place, 'sub/b'), 'utf8')).toBe('2');
    writePayload(place, files({ a: '1', 'sub/b': '2' }));
    expect(readlinkSync(join(place, '..data'))).toBe(first);
    writePayload(place, files({ a: '3' }, 0o400));
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('3');
    expect(statSync(join(place, 'a')).mode & 0o777).toBe(0o400);
    expect(existsSync(join(place, 'sub'))).toBe(false);
    expect(existsSync(join(place, first))).toBe(false);
  });

  it('stay inside of it', () => {
    expect(() => writePayload(join(folder, 'out'), files({ '../x': '1' }))).toThrow(
      'leads out of its volume',
    );
  });
});

describe('the folder of pods', () => {
  it('is refused where its name would be read by shells', () => {
    expect(() => openPodsFolder(join(folder, 'my data'))).toThrow('choose another data folder');
  });

  it('is cleared of what a killed program has left, its processes included', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    try {
      const own = openPodsFolder(undefined);
      const base = join(own.path, '..');
      const dead = join(base, 'run-dead');
      mkdirSync(join(dead, 'pods/uid-1/processes'), { recursive: true });
      writeFileSync(join(dead, 'owner'), '{"pid":1,"start":"never"}');
      const leader = startProcess({
        command: ['sleep', '600'],
        folder,
        environment: { PATH: '/usr/bin:/bin' },
        stdin: false,
      });
      const runaway = startProcess({
        command: ['sleep', '600'],
        folder,
        environment: { PATH: '/usr/bin:/bin', [MARK]: 'uid-1/main' },
        stdin: false,
      });
      const stranger = startProcess({
        command: ['sleep', '600'],
        folder,
        environment: { PATH: '/usr/bin:/bin' },
        stdin: false,
      });
      const record = (name: string, pid: number, start: string | undefined): void =>
        writeFileSync(join(dead, 'pods/uid-1/processes', name), JSON.stringify({ pid, start }));
      record('main', leader.pid, startOf(leader.pid));
      record('reused', stranger.pid, 'another time');
      writeFileSync(join(dead, 'pods/uid-1/processes/torn'), '{"pid":');
      const next = openPodsFolder(undefined);
      expect(next.orphans).toBe(2);
      expect(await leader.exited).toEqual({ exitCode: 137, signal: 9 });
      expect(await runaway.exited).toEqual({ exitCode: 137, signal: 9 });
      expect(startOf(stranger.pid)).toBeDefined();
      expect(existsSync(dead)).toBe(false);
      expect(existsSync(own.path)).toBe(true);
      stranger.signal('SIGKILL');
      own.close();
      next.close();
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});
