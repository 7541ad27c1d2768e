import { createHash } from 'node:crypto';
import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { withoutCredentials } from './exec.ts';

const scpLike = /^(?:([^@/\s]+)@)?([^:/\s]+):(?!\/\/)(.+)$/;
const defaultPorts: Readonly<Record<string, string>> = {
  'https:': '443',
  'http:': '80',
  'ssh:': '22',
  'git:': '9418',
};

/**
 * One spelling for all spellings of a repository's address: `git@host:a/b` is `ssh://git@host/a/b`, hosts have no case,
 * default ports and the ending `.git` fall away. The case of the path stays: it can tell two repositories apart.
 */
export function repositoryKey(url: string): string {
  const text = url.trim();
  const scp = text.includes('://') || text.startsWith('/') ? null : scpLike.exec(text);
  const full = scp === null ? text : `ssh://${scp[1] === undefined ? '' : `${scp[1]}@`}${scp[2]}/${scp[3]}`;
  const parsed = parseUrl(full);
  if (parsed === null) return withoutEnding(full);
  const user = parsed.protocol === 'ssh:' && parsed.username !== '' ? `${parsed.username}@` : '';
  const port = parsed.port === '' || parsed.port === defaultPorts[parsed.protocol] ? '' : `:${parsed.port}`;
  return withoutEnding(
    `${parsed.protocol}//${user}${parsed.hostname.toLowerCase()}${port}${parsed.pathname}`,
  );
}

/** Whether two addresses mean the same repository, as Argo CD compares them: without regard to case. */
export function sameRepository(a: string, b: string): boolean {
  return repositoryKey(a).toLowerCase() === repositoryKey(b).toLowerCase();
}

/** The name of a repository's mirror: says nothing of its address, is a valid name everywhere, and never collides. */
export function mirrorName(key: string): string {
  return `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.git`;
}

/** Refuses addresses that git would take for an option or for a program to run. */
export function checkUrl(url: string): Result<string> {
  const text = url.trim();
  const refuse = (why: string) =>
    err(
      problem(
        'git-url',
        `${withoutCredentials(text).slice(0, 200)} is not the address of a repository: ${why}`,
      ),
    );
  if (text === '') return refuse('it is empty');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text)) return refuse('it holds blanks or control characters');
  if (text.startsWith('-') || /^[^/]*:\/*-/.test(text)) return refuse('it looks like an option');
  if (/^[a-z][a-z0-9+.-]*::/i.test(text)) return refuse('remote helpers are not allowed');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return text.startsWith('/') || scpLike.test(text) ? ok(text) : refuse('it has no scheme');
  return ['http', 'https', 'ssh', 'git', 'file'].includes(scheme)
    ? ok(text)
    : refuse(`unknown scheme ${scheme}`);
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function withoutEnding(text: string): string {
  return text.replace(/\/+$/, '').replace(/\.git$/i, '');
}
