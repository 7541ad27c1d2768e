import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Fields } from '../../kinds/fields.ts';
import type { Running } from './container.ts';
import type { Exit } from './process.ts';

/** kubelet's limits: per container, and for all containers of a pod together. */
const messageBytesMax = 4096;
const podBytesMax = 12 << 10;
const logBytesMax = 2048;
const logLinesMax = 80;

/** What a container left as its last message: the file, or the end of its log where it asks for that. */
export function terminationMessageOf(spec: Fields, running: Running, exit: Exit, containers: number): string {
  const limit = Math.min(messageBytesMax, Math.floor(podBytesMax / Math.max(1, containers)));
  const message = head(running.place.terminationMessage, limit);
  if (message !== '' || exit.exitCode === 0 || spec['terminationMessagePolicy'] !== 'FallbackToLogsOnError')
    return message;
  return lastLines(running.log.path);
}

function head(path: string, limit: number): string {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(limit);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, limit, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

function lastLines(path: string): string {
  let text: string;
  try {
    // Room for the times before the lines; what is longer is cut below.
    const size = Math.min(statSync(path).size, 64 << 10);
    text = readFileSync(path).subarray(-size).toString();
  } catch {
    return '';
  }
  const lines = text.split('\n').slice(-logLinesMax - 1);
  const plain = lines.map((line) => line.replace(/^\S+ \S+ [FP] /, '')).join('\n');
  return Buffer.from(plain).subarray(-logBytesMax).toString();
}
