import type { Io } from '../io.ts';

/** What a command is doing, while it does it: one live line on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Begins the next step; the one before is done. */
  step(title: string): void;
  /** Detail of the present step; only shown on a terminal. */
  detail(text: string): void;
  /** The last step is done; the line is cleared for what comes. */
  done(): void;
  /** A line of its own, above the live one. */
  say(line: string): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function createProgress(io: Io): Progress {
  return io.stderr.isTTY === true ? liveProgress(io) : plainProgress(io);
}

function plainProgress(io: Io): Progress {
  return {
    step: (title) => void io.stderr.write(`${title} ...\n`),
    detail: () => {},
    done: () => {},
    say: (line) => void io.stderr.write(`${line}\n`),
  };
}

function liveProgress(io: Io): Progress {
  let title = '';
  let detail = '';
  let started = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => void io.stderr.write('\r\u001b[K');
  const draw = (): void => {
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const text = `${frames[frame++ % frames.length] ?? ''} ${title}${detail === '' ? '' : `: ${detail}`} (${seconds} s)`;
    io.stderr.write(`\r\u001b[K${text.slice(0, 100)}`);
  };
  const finish = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    clear();
    io.stderr.write(`✓ ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  };
  return {
    step(next) {
      finish();
      title = next;
      detail = '';
      started = Date.now();
      timer = setInterval(draw, 100);
      timer.unref();
      draw();
    },
    detail(text) {
      detail = text;
    },
    done: finish,
    say(line) {
      if (timer !== undefined) clear();
      io.stderr.write(`${line}\n`);
    },
  };
}
