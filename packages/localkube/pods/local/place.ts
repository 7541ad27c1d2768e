import {
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KubeObject } from '@plumbline/api';
import { records, strings, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { specOf } from '../../controllers/runtime/objects.ts';
import type { Access } from '../../registry/types.ts';
import { expand } from './expand.ts';
import { defaultPath, environmentOf } from './environment.ts';
import { makeMapping, rewriteCommand } from './mapping.ts';
import type { PathMapping, Target } from './mapping.ts';
import { MARK } from './process.ts';
import { VolumeProblem } from './volumes.ts';

/** Where a container runs: everything that a command in it needs. */
export interface Place {
  /** The tree in which its mounts are links. */
  readonly root: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mapping: PathMapping;
  readonly terminationMessage: string;
  /** The command of the container itself. */
  readonly command: readonly string[];
}

export interface PlaceRequest {
  readonly access: Access;
  readonly pod: KubeObject;
  readonly container: Fields;
  readonly ip: string;
  /** The container's own folder. */
  readonly folder: string;
  /** Where the pod's volumes are, by name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** How the container reaches the API. */
  readonly api: Readonly<Record<string, string>>;
}

/** Makes a container's folders and works out its environment and command. */
export function makePlace(request: PlaceRequest): Place {
  const { pod, container, folder } = request;
  const root = join(folder, 'root');
  const terminationMessage = join(folder, 'termination-message');
  const temporary = join(folder, 'tmp');
  // Each start of a container finds a file system without what the earlier one has left.
  makeAnew(root, 0o755);
  makeAnew(temporary, 0o700);
  writeFileSync(terminationMessage, '');
  const given = {
    PATH: defaultPath,
    HOME: root,
    HOSTNAME: text(specOf(pod)['hostname']) || pod.metadata.name,
    TMPDIR: temporary,
    PLUMBLINE_ROOT: root,
    [MARK]: `${pod.metadata.uid ?? ''}/${text(container['name'])}`,
    ...request.api,
  };
  const plain = environmentOf({ ...request, given, mapping: makeMapping([]) });
  const targets = [
    ...mountsOf(request, (name) => plain[name]),
    { path: text(container['terminationMessagePath']) || '/dev/termination-log', host: terminationMessage },
  ];
  const workingDir = text(container['workingDir']);
  const mounted = makeMapping(targets).resolve(workingDir);
  // A working folder outside of all mounts is the container's own, as it would be a part of its image.
  const own = workingDir.startsWith('/') && workingDir !== '/' && mounted === workingDir;
  const mapping = makeMapping(
    own ? [...targets, { path: workingDir, host: join(root, workingDir) }] : targets,
  );
  link(root, targets);
  const inside = workingDir.startsWith('/') ? mapping.resolve(workingDir) : join(root, workingDir);
  const place = workingDir === '' || workingDir === '/' ? root : inside;
  mkdirSync(place, { recursive: true, mode: 0o755 });
  const environment = environmentOf({ ...request, given, mapping });
  const written = [...strings(container['command']), ...strings(container['args'])];
  const command = written.map((part) => expand(part, (name) => environment[name]));
  return {
    root,
    folder: place,
    environment: { ...environment, [MARK]: given[MARK] ?? '' },
    mapping,
    terminationMessage,
    command: rewriteCommand(command, mapping, root),
  };
}

/** An empty folder. What was there may be large, so it is moved aside and taken away beside other work. */
function makeAnew(folder: string, mode: number): void {
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) {
    renameSync(folder, old);
    rm(old, { recursive: true, force: true }).catch(() => {});
  }
  mkdirSync(folder, { recursive: true, mode });
}

function mountsOf(
  { container, volumes }: PlaceRequest,
  valueOf: (name: string) => string | undefined,
): readonly Target[] {
  return records(container['volumeMounts']).map((mount) => {
    const name = text(mount['name']);
    const volume = volumes.get(name);
    if (volume === undefined) throw new VolumeProblem(`volume ${JSON.stringify(name)} is not there`);
    const below = text(mount['subPath']) || expand(text(mount['subPathExpr']), valueOf);
    return { path: text(mount['mountPath']), host: below === '' ? volume : within(volume, below) };
  });
}

/** A part of a volume; links in it must not lead out of it. */
function within(volume: string, below: string): string {
  const host = join(volume, below);
  if (below.startsWith('/') || below.split('/').includes('..'))
    throw new VolumeProblem(`subPath ${JSON.stringify(below)} leads out of its volume`);
  if (!existsSync(host) && !existsSync(join(volume, '..data')))
    mkdirSync(host, { recursive: true, mode: 0o755 });
  if (existsSync(host)) {
    const base = realpathSync(volume);
    const real = realpathSync(host);
    if (real !== base && !real.startsWith(`${base}/`))
      throw new VolumeProblem(`subPath ${JSON.stringify(below)} leads out of its volume`);
  }
  return host;
}

/** Puts a link to each mount where the container would have it, outer ones first. */
function link(root: string, targets: readonly Target[]): void {
  for (const { path, host } of targets.toSorted((a, b) => a.path.length - b.path.length)) {
    const at = join(root, path);
    if (at === root || at === `${root}/`) continue;
    mkdirSync(dirname(at), { recursive: true, mode: 0o755 });
    const present = lstatSync(at, { throwIfNoEntry: false });
    // What a volume already holds at the place of a mount inside of it cannot be hidden; texts still lead to the mount.
    if (present !== undefined && !present.isSymbolicLink()) continue;
    rmSync(at, { force: true });
    symlinkSync(host, at);
  }
}
