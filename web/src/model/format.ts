const fullCommit = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** A revision as people say it: seven digits of a commit, twelve of a digest, anything else in full. */
export function shortRevision(revision: string): string {
  if (fullCommit.test(revision)) return revision.slice(0, 7);
  return revision.startsWith('sha256:') ? revision.slice(0, 19) : revision;
}

const steps: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400],
  ['mo', 30 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** A length of time in its largest unit, as kubectl prints ages: `42s`, `5m`, `3h`, `12d`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  for (const [unit, size] of steps) if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`;
  return '0s';
}

/** How long something took, in at most two units: `<1s`, `12s`, `1m 05s`, `2h 10m`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return '';
  const seconds = Math.round(ms / 1000);
  // Times of the API have no fractions, so that zero means less than a second.
  if (seconds < 1) return '<1s';
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

/** The first line of a commit message. */
export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trim();
}

/** A name without its mail address, as Git prints authors: `Ada Lovelace <ada@example.org>`. */
export function authorName(author: string): string {
  return author.replace(/\s*<[^>]*>\s*$/, '') || author;
}

/** A repository as one reads it: host and path without scheme and `.git`. */
export function shortRepository(url: string): string {
  return url.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/, '').replace(/\.git\/?$/, '');
}
