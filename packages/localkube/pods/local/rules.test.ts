import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { Role, Seen } from './decide.ts';
import { expand } from './expand.ts';
import { makeMapping, rewriteCommand } from './mapping.ts';

describe('a variable in a command', () => {
  const known: Readonly<Record<string, string>> = { A: 'a', EMPTY: '', DOLLAR: '$(A)' };
  it.each([
    ['plain', 'plain'],
    ['$(A)', 'a'],
    ['x$(A)y$(A)', 'xaya'],
    ['$(EMPTY)|', '|'],
    ['$(NONE)', '$(NONE)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$a'],
    ['$$$$', '$$'],
    ['$A ${A} $', '$A ${A} $'],
    ['$(A', '$(A'],
    ['$(DOLLAR)', '$(A)'],
  ])('%s becomes %s', (text, wanted) => {
    expect(expand(text, (name) => known[name])).toBe(wanted);
  });
});

describe('a path in a text', () => {
  const mapping = makeMapping([
    { path: '/data', host: '/h/w' },
    { path: '/data/out/', host: '/h/o' },
    { path: '/etc/app.conf', host: '/h/conf' },
  ]);
  it.each([
    ['/data', '/h/w'],
    ['/data/', '/h/w/'],
    ['cat /data/a > /data/out/b', 'cat /h/w/a > /h/o/b'],
    ['--dir=/data:/data/out', '--dir=/h/w:/h/o'],
    ['{"path":"/data/x"}', '{"path":"/h/w/x"}'],
    ['file:///data/x', 'file:///h/w/x'],
    ['sh -c \'ls /data;ls "/data"\'', 'sh -c \'ls /h/w;ls "/h/w"\''],
    ['See /data.', 'See /h/w.'],
    ['/etc/app.conf /etc/app.conf.d', '/h/conf /etc/app.conf.d'],
    ['/database /data-old /data.txt', '/database /data-old /data.txt'],
    [
      'https://host/data $HOME/data ${X}/data ../data a/data',
      'https://host/data $HOME/data ${X}/data ../data a/data',
    ],
  ])('%s', (text, wanted) => {
    expect(mapping.rewrite(text)).toBe(wanted);
  });

  it('leads to the longest mount', () => {
    expect(mapping.resolve('/data/out/x')).toBe('/h/o/x');
    expect(mapping.resolve('/data/other')).toBe('/h/w/other');
    expect(mapping.resolve('/usr')).toBe('/usr');
  });

  it('stays in the names of an archive that kubectl cp asks for', () => {
    expect(rewriteCommand(['tar', 'cf', '-', '/data/a'], mapping, '/r')).toEqual([
      'tar',
      '-C',
      '/r',
      '-cf',
      '-',
      '--',
      'data/a',
    ]);
    expect(rewriteCommand(['tar', 'cf', '-', '/usr/x'], mapping, '/r')).toEqual(['tar', 'cf', '-', '/usr/x']);
    expect(rewriteCommand(['tar', '-xmf', '-', '-C', '/data'], mapping, '/r')).toEqual([
      'tar',
      '-xmf',
      '-',
      '-C',
      '/h/w',
    ]);
  });
});

describe('what a pod does next', () => {
  const one = (name: string, role: Role, state: Seen['state'], more: Partial<Seen> = {}): Seen => ({
    name,
    role,
    state,
    exitCode: 0,
    started: state === 'running',
    restarts: role === 'sidecar',
    ran: state !== 'waiting',
    ...more,
  });
  const cases: readonly (readonly [string, readonly Seen[], boolean, object])[] = [
    [
      'starts the first init container',
      [one('i', 'init', 'waiting'), one('m', 'main', 'waiting')],
      false,
      { start: ['i'], phase: 'Pending' },
    ],
    [
      'waits for it',
      [one('i', 'init', 'running'), one('m', 'main', 'waiting')],
      false,
      { start: [], phase: 'Pending' },
    ],
    [
      'goes on when it is done',
      [one('i', 'init', 'ended'), one('m', 'main', 'waiting')],
      false,
      { start: ['m'], initialized: true },
    ],
    [
      'tries it again',
      [one('i', 'init', 'ended', { exitCode: 1, restarts: true }), one('m', 'main', 'waiting')],
      false,
      { start: ['i'], phase: 'Pending' },
    ],
    [
      'fails with it',
      [one('i', 'init', 'ended', { exitCode: 1 }), one('m', 'main', 'waiting')],
      false,
      { start: [], phase: 'Failed' },
    ],
    [
      'stops the sidecars before it fails',
      [one('s', 'sidecar', 'running'), one('i', 'init', 'ended', { exitCode: 1 })],
      false,
      { stop: ['s'], phase: 'Pending' },
    ],
    [
      'waits for a sidecar to start',
      [one('s', 'sidecar', 'running', { started: false }), one('m', 'main', 'waiting')],
      false,
      { start: [], phase: 'Pending' },
    ],
    [
      'does not wait for its end',
      [one('s', 'sidecar', 'running'), one('m', 'main', 'waiting')],
      false,
      { start: ['m'] },
    ],
    [
      'starts all main containers',
      [one('a', 'main', 'waiting'), one('b', 'main', 'waiting')],
      false,
      { start: ['a', 'b'], phase: 'Pending' },
    ],
    ['runs', [one('a', 'main', 'running'), one('b', 'main', 'ended')], true, { start: [], phase: 'Running' }],
    [
      'restarts what is to be restarted',
      [one('a', 'main', 'ended', { exitCode: 1, restarts: true })],
      true,
      { start: ['a'], phase: 'Running' },
    ],
    ['succeeds', [one('a', 'main', 'ended'), one('b', 'main', 'ended')], true, { phase: 'Succeeded' }],
    [
      'fails',
      [one('a', 'main', 'ended'), one('b', 'main', 'ended', { exitCode: 2 })],
      true,
      { phase: 'Failed' },
    ],
    [
      'stops sidecars at the end, the last one first',
      [one('s', 'sidecar', 'running'), one('t', 'sidecar', 'running'), one('a', 'main', 'ended')],
      true,
      { stop: ['t', 's'], phase: 'Running' },
    ],
    [
      'does not start a sidecar again at the end',
      [one('s', 'sidecar', 'ended'), one('a', 'main', 'ended')],
      true,
      { start: [], phase: 'Succeeded' },
    ],
    [
      'starts what was added, and ends without it',
      [one('a', 'main', 'running'), one('x', 'extra', 'waiting')],
      true,
      { start: ['x'], phase: 'Running' },
    ],
  ];
  it.each(cases)('it %s', (_, containers, begun, wanted) => {
    expect(decide(containers, begun)).toMatchObject(wanted);
  });
});
