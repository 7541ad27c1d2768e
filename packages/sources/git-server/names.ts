/** The parts of a request that the Git protocol over HTTP has. */
export interface GitRequestPath {
  /** As it was written, without the prefix and the ending `.git`. */
  readonly repository: string;
  readonly endpoint: 'info/refs' | 'git-upload-pack' | 'git-receive-pack';
}

/** Longer names meet the limits of file systems. */
const nameLengthMax = 200;
const partsMax = 8;

/** Undefined: this is no Git request, somebody else may answer it. */
export function parsePath(pathname: string): GitRequestPath | undefined {
  const match = /^\/(.+)\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(pathname);
  if (match === null) return undefined;
  return { repository: withoutEnding(match[1] ?? ''), endpoint: match[2] as GitRequestPath['endpoint'] };
}

/** Only letters, digits and `._-` in parts that do not start with a dot; no part can leave the folder or be another's inside. */
export function isRepositoryName(name: string): boolean {
  const parts = name.split('/');
  return (
    name.length <= nameLengthMax &&
    parts.length <= partsMax &&
    parts.every(
      (part) =>
        /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part) && !/\.(?:git|lock)$/i.test(part) && !part.includes('..'),
    )
  );
}

/** A path without slashes at its ends and without the ending `.git`. */
export function withoutEnding(path: string): string {
  return path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
}
