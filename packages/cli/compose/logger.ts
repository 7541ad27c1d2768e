import { writeSync } from 'node:fs';
import type { Logger } from '@plumbline/base';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

type Fields = Readonly<Record<string, unknown>>;
type Write = (line: string) => void;

/** The numbers that collectors of such lines know levels by. */
const numbers = { debug: 20, info: 30, warn: 40, error: 50, silent: Number.POSITIVE_INFINITY } as const;

/** JSON lines on standard error, written at once: a process that is killed has said what it had to say. */
export function createLogger(level: LogLevel, write: Write = writeError): Logger {
  return loggerOf(numbers[level], '', write);
}

/** `context`: the fields of every line, as they stand in it. */
function loggerOf(least: number, context: string, write: Write): Logger {
  const at = (number: number): Logger['info'] =>
    number < least
      ? () => {}
      : (message, fields) =>
          write(
            `{"level":${number},"time":"${new Date().toISOString()}"${context}${fields === undefined ? '' : membersOf(fields)},"msg":${JSON.stringify(message)}}\n`,
          );
  return {
    debug: at(numbers.debug),
    info: at(numbers.info),
    warn: at(numbers.warn),
    error: at(numbers.error),
    with: (fields) => loggerOf(least, context + membersOf(fields), write),
  };
}

/** The fields as members of an object that has others before and behind them. */
function membersOf(fields: Fields): string {
  const text = textOf(fields);
  return text.length > 2 ? `,${text.slice(1, -1)}` : '';
}

function textOf(fields: Fields): string {
  try {
    return JSON.stringify(fields, sayable);
  } catch {
    // What holds itself has no JSON. A line about something else must not fail for it.
    return JSON.stringify({ fields: 'not sayable as JSON', names: Object.keys(fields) });
  }
}

/** Errors say what they are; JSON knows nothing of them, and nothing of large integers. */
function sayable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return { type: value.name, message: value.message, stack: value.stack };
  return value;
}

/** A pipe that is full is waited for this long; then the line is given up, and not the work. */
const fullMsMax = 1_000;

/** Node makes pipes answer at once when they are full, so that is waited for here. Who is gone hears nothing more. */
function writeError(line: string): void {
  const bytes = Buffer.from(line);
  for (let done = 0, waits = 0; done < bytes.length;) {
    try {
      done += writeSync(2, bytes, done);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN' || ++waits > fullMsMax) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
