import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import type { Clock } from '@plumbline/base';
import { StartFailure, startProcess } from './process.ts';
import type { Child } from './process.ts';

/** The program that gives a command a terminal: without native modules this program cannot make one itself. */
const makers = ['/usr/bin/script', '/bin/script', '/usr/local/bin/script'];

/** The command that runs another one in a terminal of its own. */
export function inTerminal(command: readonly string[]): readonly string[] {
  const maker = makers.find((path) => existsSync(path));
  if (maker === undefined)
    throw new StartFailure(
      'this machine has no program `script`, which makes terminals: try without a terminal',
    );
  if (process.platform === 'darwin') return [maker, '-q', '/dev/null', ...command];
  // util-linux takes one text for a shell, so each word is quoted.
  const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  return [maker, '-qefc', `exec ${quoted}`, '/dev/null'];
}

const tries = 20;
const tryMs = 25;

/** Tells the terminal of such a command how large it is. The terminal is there a moment after the command was started. */
export function resizeTerminal(
  child: Child,
  clock: Clock,
  width: number,
  height: number,
  left = tries,
): void {
  const terminal = terminalOf(child.pid);
  if (terminal === undefined) {
    if (left > 0) clock.after(tryMs, () => resizeTerminal(child, clock, width, height, left - 1));
    return;
  }
  try {
    const stty = startProcess({
      command: ['stty', '-F', terminal, 'rows', String(height), 'cols', String(width)],
      folder: '/',
      environment: { PATH: '/usr/bin:/bin' },
      stdin: false,
    });
    stty.stdout.resume();
    stty.stderr.resume();
  } catch {
    // A machine without stty keeps the terminal as large as it is.
  }
}

function terminalOf(pid: number): string | undefined {
  try {
    for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) {
      const terminal = readlinkSync(`/proc/${child}/fd/0`);
      if (terminal.startsWith('/dev/pts/')) return terminal;
    }
  } catch {
    // Not yet, not any more, or not a machine that says so.
  }
  return undefined;
}
