/** A path of the container and the folder or file of this machine that stands for it. */
export interface Target {
  readonly path: string;
  readonly host: string;
}

/**
 * How a container that is a plain process sees its mounts. There is no file system of its own, so texts that name a
 * mounted path are changed to name the real one.
 */
export interface PathMapping {
  readonly targets: readonly Target[];
  /** A text with every mounted path replaced. */
  rewrite(text: string): string;
  /** Where an absolute path of the container is; the machine's own where nothing is mounted. */
  resolve(path: string): string;
}

/** Before a path: nothing that makes it the end of a longer one, as in `$HOME/data` or `https://host/data`. */
const before = String.raw`(?<=^|file://|[^\w.~/\-})\]*?%@+])`;
/** After a path: nothing that makes it the beginning of a longer name, as in `/data-old` or `/data.json`. */
const after = String.raw`(?=$|[^\w.-]|\.(?!\w))`;

export function makeMapping(targets: readonly Target[]): PathMapping {
  const byLength = targets
    .map(({ path, host }) => ({ path: trimmed(path), host }))
    .filter(({ path }) => path !== '')
    .toSorted((a, b) => b.path.length - a.path.length);
  const hosts = new Map(byLength.map(({ path, host }) => [path, host]));
  const pattern =
    byLength.length === 0
      ? undefined
      : new RegExp(`${before}(?:${byLength.map(({ path }) => escaped(path)).join('|')})${after}`, 'g');
  return {
    targets: byLength,
    rewrite: (text) =>
      pattern === undefined || !text.includes('/')
        ? text
        : text.replace(pattern, (path) => hosts.get(path) ?? path),
    resolve(path) {
      for (const target of byLength) {
        if (path === target.path) return target.host;
        if (path.startsWith(`${target.path}/`)) return target.host + path.slice(target.path.length);
      }
      return path;
    },
  };
}

function trimmed(path: string): string {
  return path.replace(/\/+/g, '/').replace(/\/$/, '');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

/**
 * A command as it is run. `tar cf - /mounted/path` is how `kubectl cp` reads: the names in the archive have to be those
 * that it asked for, so tar is sent to the container's own tree instead.
 */
export function rewriteCommand(
  command: readonly string[],
  mapping: PathMapping,
  root: string,
): readonly string[] {
  const [program, flags, output, path, ...rest] = command;
  const copying =
    program === 'tar' &&
    flags === 'cf' &&
    output === '-' &&
    path?.startsWith('/') === true &&
    rest.length === 0;
  if (copying && mapping.resolve(path) !== path) {
    const inside = trimmed(path).slice(1);
    // A mount is a link in the tree, and tar packs links as such: so it packs the folder and names it like the mount.
    const mount = mapping.targets.find((target) => target.path === trimmed(path));
    if (mount === undefined) return ['tar', '-C', root, '-cf', '-', '--', inside];
    const name = inside.replace(/[\\,&]/g, String.raw`\$&`);
    const rename =
      process.platform === 'linux' ? ['--transform', `s,^\\.,${name},S`] : ['-s', `,^\\.,${name},`];
    return ['tar', '-C', mount.host, ...rename, '-cf', '-', '.'];
  }
  return command.map((part) => mapping.rewrite(part));
}
