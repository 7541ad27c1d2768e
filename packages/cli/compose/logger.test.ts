import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import type { LogLevel } from './logger.ts';

function linesOf(
  level: LogLevel,
  use: (logger: ReturnType<typeof createLogger>) => void,
): readonly unknown[] {
  const lines: string[] = [];
  use(createLogger(level, (line) => lines.push(line)));
  return lines.map((line) => {
    expect(line.endsWith('\n')).toBe(true);
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(new Date(String(time)).toISOString()).toBe(time);
    return rest;
  });
}

describe('the log', () => {
  it('writes one JSON object per line, with what loggers made of it add', () => {
    const lines = linesOf('info', (logger) => {
      logger.info('started', { port: 1 });
      logger.with({ room: 'kube' }).with({ name: 'a"b\n' }).error('failed');
    });
    expect(lines).toEqual([
      { level: 30, port: 1, msg: 'started' },
      { level: 50, room: 'kube', name: 'a"b\n', msg: 'failed' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const all = (logger: ReturnType<typeof createLogger>): void => {
      logger.debug('d');
      logger.info('i');
      logger.warn('w');
      logger.error('e');
    };
    expect(linesOf('warn', all)).toEqual([
      { level: 40, msg: 'w' },
      { level: 50, msg: 'e' },
    ]);
    expect(linesOf('silent', all)).toEqual([]);
    expect(linesOf('debug', all)).toHaveLength(4);
  });

  it('says errors and large integers, and survives what has no JSON', () => {
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    const lines = linesOf('info', (logger) => {
      logger.info('a', { error: new TypeError('no'), count: 2n ** 70n, nothing: undefined });
      logger.info('b', { ring });
      logger.info('c', {});
    });
    expect(lines).toEqual([
      {
        level: 30,
        error: {
          type: 'TypeError',
          message: 'no',
          stack: expect.stringContaining('TypeError: no') as unknown,
        },
        count: '1180591620717411303424',
        msg: 'a',
      },
      { level: 30, fields: 'not sayable as JSON', names: ['ring'], msg: 'b' },
      { level: 30, msg: 'c' },
    ]);
  });
});
