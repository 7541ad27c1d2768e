import type { FieldError } from '../registry/types.ts';
import { localDescendingPath } from './environment-validation.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  invalid,
  isAbsent,
  notFound,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';

/** What volumes of a pod containers may use, and whether as a block device. */
export type Volumes = ReadonlyMap<string, { readonly block: boolean }>;

/** Mounted volumes and block devices of a container. */
export function validateMounts(container: Fields, at: string, volumes: Volumes): FieldError[] {
  const mounts = records(container['volumeMounts']);
  const devices = records(container['volumeDevices']);
  const privileged = record(container['securityContext'])['privileged'] === true;
  return [
    ...validateVolumeMounts(
      mounts,
      `${at}.volumeMounts`,
      volumes,
      namesAndPaths(devices, 'devicePath'),
      privileged,
    ),
    ...validateDevices(devices, `${at}.volumeDevices`, volumes, namesAndPaths(mounts, 'mountPath')),
  ];
}

interface Used {
  readonly names: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
}

/** Who uses a name again is remembered with the last path only, as Go's map does. */
function namesAndPaths(uses: readonly Fields[], path: string): Used {
  const paths = new Map(uses.map((use) => [text(use['name']), text(use[path])]));
  return { names: new Set(paths.keys()), paths: new Set(paths.values()) };
}

function validateVolumeMounts(
  mounts: readonly Fields[],
  at: string,
  volumes: Volumes,
  devices: Used,
  privileged: boolean,
): FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const here = `${at}[${index}]`;
    const name = text(mount['name']);
    const path = text(mount['mountPath']);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${here}.name`));
    if (!volumes.has(name)) errors.push(notFound(`${here}.name`, name));
    if (path === '') errors.push(required(`${here}.mountPath`));
    if (paths.has(path)) errors.push(invalid(`${here}.mountPath`, path, 'must be unique'));
    paths.add(path);
    if (devices.names.has(name))
      errors.push(invalid(`${here}.name`, name, 'must not already exist in volumeDevices'));
    if (devices.paths.has(path))
      errors.push(invalid(`${here}.mountPath`, path, 'must not already exist as a path in volumeDevices'));
    const [sub, expression] = [text(mount['subPath']), text(mount['subPathExpr'])];
    // Upstream names the list here and below, not the item.
    if (sub !== '') errors.push(...localDescendingPath(`${at}.subPath`, sub));
    if (expression !== '') {
      const detail = 'subPathExpr and subPath are mutually exclusive';
      if (sub !== '') errors.push(invalid(`${here}.subPathExpr`, expression, detail));
      errors.push(...localDescendingPath(`${at}.subPathExpr`, expression));
    }
    return [
      ...errors,
      ...validatePropagation(mount['mountPropagation'], `${at}.mountPropagation`, privileged),
      ...validateReadOnly(mount, `${at}.recursiveReadOnly`),
    ];
  });
}

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];

function validatePropagation(mode: unknown, at: string, privileged: boolean): FieldError[] {
  if (isAbsent(mode)) return [];
  if (!PROPAGATIONS.includes(text(mode))) return [notSupported(at, mode, PROPAGATIONS)];
  if (mode !== 'Bidirectional' || privileged) return [];
  return [forbidden(at, 'Bidirectional mount propagation is available only to privileged containers')];
}

function validateReadOnly(mount: Fields, at: string): FieldError[] {
  const mode = mount['recursiveReadOnly'];
  if (isAbsent(mode) || mode === 'Disabled') return [];
  if (mode !== 'Enabled' && mode !== 'IfPossible')
    return [notSupported(at, mode, ['Disabled', 'Enabled', 'IfPossible'])];
  const errors: FieldError[] = [];
  if (mount['readOnly'] !== true) errors.push(forbidden(at, 'may only be specified when readOnly is true'));
  const propagation = mount['mountPropagation'];
  if (!isAbsent(propagation) && propagation !== 'None')
    errors.push(forbidden(at, 'may only be specified when mountPropagation is None or not specified'));
  return errors;
}

function validateDevices(
  devices: readonly Fields[],
  at: string,
  volumes: Volumes,
  mounts: Used,
): FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  return devices.flatMap((device, index) => {
    const here = `${at}[${index}]`;
    const name = text(device['name']);
    const path = text(device['devicePath']);
    const volume = volumes.get(name);
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(`${here}.name`));
    if (names.has(name)) errors.push(invalid(`${here}.name`, name, 'must be unique'));
    const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    if (volume?.block === false) errors.push(invalid(`${here}.name`, name, detail));
    if (volume === undefined) errors.push(notFound(`${here}.name`, name));
    if (path === '') errors.push(required(`${here}.devicePath`));
    if (paths.has(path)) errors.push(invalid(`${here}.devicePath`, path, 'must be unique'));
    if (path.split('/').includes('..'))
      errors.push(invalid(`${here}.devicePath`, path, "can not contain backsteps ('..')"));
    else paths.add(path);
    if (mounts.names.has(name))
      errors.push(invalid(`${here}.name`, name, 'must not already exist in volumeMounts'));
    if (mounts.paths.has(path))
      errors.push(invalid(`${here}.devicePath`, path, 'must not already exist as a path in volumeMounts'));
    if (name !== '') names.add(name);
    return errors;
  });
}
