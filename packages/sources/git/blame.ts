import type { Git } from './exec.ts';

/** Who wrote a line last. */
export interface BlamedLine {
  /** The commit. */
  readonly revision: string;
  readonly author: string;
  readonly email: string;
  /** RFC 3339. */
  readonly date: string;
  /** The first line of its message. */
  readonly message: string;
}

/** A line whose history is longer than this is left without an author. */
const blameTimeoutMs = 10_000;
const blameBytesMax = 64 * 1024;

/** Asks the object database who wrote a line of a file, as it is at a commit. Undefined: that cannot be said. */
export async function blameLine(
  git: Git,
  gitDir: string,
  revision: string,
  file: string,
  line: number,
): Promise<BlamedLine | undefined> {
  if (!/^[0-9a-f]{40}$/.test(revision) || !Number.isInteger(line) || line < 1) return undefined;
  const outcome = await git.run(['blame', '--porcelain', `-L${line},${line}`, revision, '--', file], {
    gitDir,
    timeoutMs: blameTimeoutMs,
    stdoutBytesMax: blameBytesMax,
  });
  return outcome.ok ? parseBlame(outcome.stdout.toString()) : undefined;
}

/** The head of the porcelain format: the commit, then `name value` lines until the text of the line. */
function parseBlame(text: string): BlamedLine | undefined {
  const [head = '', ...rest] = text.split('\n');
  const revision = /^[0-9a-f]{40}/.exec(head)?.[0];
  if (revision === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const line of rest) {
    if (line.startsWith('\t')) break;
    const cut = line.indexOf(' ');
    fields.set(cut < 0 ? line : line.slice(0, cut), cut < 0 ? '' : line.slice(cut + 1));
  }
  const seconds = Number(fields.get('author-time'));
  return {
    revision,
    author: fields.get('author') ?? '',
    email: (fields.get('author-mail') ?? '').replace(/^<|>$/g, ''),
    date: Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().replace('.000Z', 'Z') : '',
    message: fields.get('summary') ?? '',
  };
}
