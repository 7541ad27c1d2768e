import { mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@plumbline/api';
import { integer, isAbsent, record, records, stringMap, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { specOf } from '../../controllers/runtime/objects.ts';
import type { Access } from '../../registry/types.ts';
import { fieldValue, resourceValue } from './fields.ts';
import { writePayload } from './payload.ts';
import type { PayloadFile } from './payload.ts';

/** A token for the pod's service account; undefined where the server has none to give. */
export type IssueToken = (
  pod: KubeObject,
  request: { readonly audience: string; readonly seconds: number },
) => string | undefined;

export interface VolumeWorld {
  readonly access: Access;
  /** Where claims keep their data, a folder for each volume. */
  readonly claims: string;
  /** Folders of this machine that pods may name. */
  readonly hostPaths: readonly string[];
  readonly issueToken: IssueToken;
}

/** Why a volume cannot be had; kubelet's event says it. */
export class VolumeProblem extends Error {}

/** Makes (or brings up to date) a volume of a pod; answers the folder or file that it is. */
export function prepareVolume(
  world: VolumeWorld,
  pod: KubeObject,
  volume: Fields,
  folder: string,
  ip: string,
): string {
  const place = join(folder, text(volume['name']));
  if (!isAbsent(volume['emptyDir'])) {
    mkdirSync(place, { recursive: true, mode: 0o777 });
    return place;
  }
  if (!isAbsent(volume['persistentVolumeClaim']))
    return claimFolder(world, pod, record(volume['persistentVolumeClaim']));
  if (!isAbsent(volume['hostPath'])) return hostFolder(world.hostPaths, record(volume['hostPath']));
  const files = filesOf(world, pod, volume, ip);
  if (files === undefined)
    throw new VolumeProblem(
      `volumes of the type ${typeOf(volume)} are not built for pods that run as local processes`,
    );
  writePayload(place, files);
  return place;
}

const typeOf = (volume: Fields): string => Object.keys(volume).find((key) => key !== 'name') ?? 'none';

/** Whether what is in a volume can change while its pod runs. */
export function isLive(volume: Fields): boolean {
  return ['configMap', 'secret', 'projected', 'downwardAPI'].some((type) => !isAbsent(volume[type]));
}

function claimFolder({ access, claims, hostPaths }: VolumeWorld, pod: KubeObject, source: Fields): string {
  const claim = access.get(
    '',
    'PersistentVolumeClaim',
    pod.metadata.namespace ?? '',
    text(source['claimName']),
  );
  const name = claim === undefined ? '' : text(specOf(claim)['volumeName']);
  const volume = access.get('', 'PersistentVolume', '', name);
  if (volume === undefined)
    throw new VolumeProblem(`persistentvolumeclaim ${JSON.stringify(source['claimName'])} is not bound`);
  const spec = specOf(volume);
  if (!isAbsent(spec['hostPath'])) return hostFolder(hostPaths, record(spec['hostPath']));
  if (!isAbsent(spec['local'])) return hostFolder(hostPaths, { ...record(spec['local']), type: 'Directory' });
  if (isAbsent(spec['csi']))
    throw new VolumeProblem(`volume ${name} is of a type that local processes cannot mount`);
  const folder = join(claims, volume.metadata.uid ?? name);
  mkdirSync(folder, { recursive: true, mode: 0o777 });
  return folder;
}

/** A folder of this machine, only where whoever started this program has allowed it by name. */
function hostFolder(allowed: readonly string[], source: Fields): string {
  const path = text(source['path']);
  const type = text(source['type']);
  if (!isAllowed(allowed, path))
    throw new VolumeProblem(
      `hostPath ${path} is refused: it is below none of the folders that --allow-host-path names`,
    );
  if (type === 'DirectoryOrCreate') mkdirSync(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate') writeFileSync(path, '', { flag: 'a' });
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    throw new VolumeProblem(`hostPath type check failed: ${path} does not exist`);
  }
  // A link inside an allowed folder must not lead out of it.
  if (!isAllowed(allowed.map(realOf), real))
    throw new VolumeProblem(
      `hostPath ${path} is refused: it leads out of the folders that --allow-host-path names`,
    );
  const isFolder = statSync(real).isDirectory();
  if ((type.startsWith('Directory') && !isFolder) || (type.startsWith('File') && isFolder))
    throw new VolumeProblem(
      `hostPath type check failed: ${path} is not a ${isFolder ? 'file' : 'directory'}`,
    );
  return real;
}

function isAllowed(allowed: readonly string[], path: string): boolean {
  if (path.split('/').includes('..')) return false;
  return allowed.some((folder) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The files of a volume that is made of objects; undefined for other types. */
function filesOf(
  world: VolumeWorld,
  pod: KubeObject,
  volume: Fields,
  ip: string,
): ReadonlyMap<string, PayloadFile> | undefined {
  const files = new Map<string, PayloadFile>();
  const { configMap, secret, downwardAPI, projected } = volume;
  const mode = integer(record(configMap ?? secret ?? downwardAPI ?? projected)['defaultMode'], 0o644);
  const collect = makeCollector(world, pod, ip, files);
  if (!isAbsent(configMap))
    collect.object('ConfigMap', record(configMap), text(record(configMap)['name']), mode);
  else if (!isAbsent(secret))
    collect.object('Secret', record(secret), text(record(secret)['secretName']), mode);
  else if (!isAbsent(downwardAPI)) collect.downward(record(downwardAPI), mode);
  else if (!isAbsent(projected)) {
    for (const source of records(record(projected)['sources'])) {
      const [map, hidden] = [record(source['configMap']), record(source['secret'])];
      if (!isAbsent(source['configMap'])) collect.object('ConfigMap', map, text(map['name']), mode);
      if (!isAbsent(source['secret'])) collect.object('Secret', hidden, text(hidden['name']), mode);
      if (!isAbsent(source['downwardAPI'])) collect.downward(record(source['downwardAPI']), mode);
      if (!isAbsent(source['serviceAccountToken']))
        collect.token(record(source['serviceAccountToken']), mode);
    }
  } else return undefined;
  return files;
}

interface Collector {
  object(kind: 'ConfigMap' | 'Secret', source: Fields, name: string, mode: number): void;
  downward(source: Fields, mode: number): void;
  token(source: Fields, mode: number): void;
}

function makeCollector(
  { access, issueToken }: VolumeWorld,
  pod: KubeObject,
  ip: string,
  files: Map<string, PayloadFile>,
): Collector {
  const put = (path: string, data: Buffer, mode: number): void => {
    files.set(path, { data, mode });
  };
  return {
    object(kind, source, name, mode) {
      const object = access.get('', kind, pod.metadata.namespace ?? '', name);
      if (object === undefined) return;
      const all = new Map<string, Buffer>();
      for (const [key, value] of Object.entries(stringMap(object['data'])))
        all.set(key, kind === 'Secret' ? Buffer.from(value, 'base64') : Buffer.from(value));
      for (const [key, value] of Object.entries(stringMap(object['binaryData'])))
        all.set(key, Buffer.from(value, 'base64'));
      const items = records(source['items']);
      if (items.length === 0) for (const [key, data] of all) put(key, data, mode);
      for (const item of items) {
        const data = all.get(text(item['key']));
        if (data !== undefined) put(text(item['path']), data, integer(item['mode'], mode));
      }
    },
    downward(source, mode) {
      for (const item of records(source['items'])) {
        const field = record(item['fieldRef']);
        const value =
          text(field['fieldPath']) === ''
            ? resourceValue(pod, record(item['resourceFieldRef']), undefined)
            : fieldValue(pod, text(field['fieldPath']), ip);
        if (value !== undefined) put(text(item['path']), Buffer.from(value), integer(item['mode'], mode));
      }
    },
    token(source, mode) {
      const request = {
        audience: text(source['audience']),
        seconds: integer(source['expirationSeconds'], 3600),
      };
      const token = issueToken(pod, request);
      if (token !== undefined) put(text(source['path']), Buffer.from(token), mode);
    },
  };
}
