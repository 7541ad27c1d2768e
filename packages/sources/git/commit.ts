/** A commit object, taken apart. */
export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly email: string;
  /** RFC 3339, UTC. */
  readonly date: string;
  readonly message: string;
}

/** Undefined when the bytes are no commit. */
export function parseCommit(bytes: Uint8Array): Commit | undefined {
  const text = new TextDecoder().decode(bytes);
  const blank = text.indexOf('\n\n');
  const headers = (blank < 0 ? text : text.slice(0, blank)).split('\n');
  const tree = headers.find((line) => line.startsWith('tree '))?.slice(5);
  const author = headers.find((line) => line.startsWith('author '))?.slice(7) ?? '';
  const match = /^(.*?) ?<([^>]*)> (-?\d+) [-+]\d{4}$/.exec(author);
  if (tree === undefined) return undefined;
  return {
    tree,
    parents: headers.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7)),
    author: match?.[1] ?? author,
    email: match?.[2] ?? '',
    date: rfc3339(Number(match?.[3] ?? 0)),
    message: blank < 0 ? '' : text.slice(blank + 2).trim(),
  };
}

function rfc3339(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '1970-01-01T00:00:00Z' : date.toISOString().replace('.000Z', 'Z');
}
