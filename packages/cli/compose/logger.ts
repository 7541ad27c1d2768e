import { pino, destination } from 'pino';
import type { Logger } from '@plumbline/base';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard error, written at once: a process that is killed has said what it had to say. */
export function createLogger(level: LogLevel): Logger {
  return wrap(
    pino(
      { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
      destination({ fd: 2, sync: true }),
    ),
  );
}

function wrap(log: ReturnType<typeof pino>): Logger {
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
    with: (fields) => wrap(log.child(fields)),
  };
}
