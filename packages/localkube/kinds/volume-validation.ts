import type { FieldError } from '../registry/types.ts';
import { localDescendingPath, validateFieldRef } from './container-validation.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { parseQuantity } from './quantity.ts';
import { invalid } from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { validateDriverName } from './driver-names.ts';
import { validateSelector } from './selectors.ts';

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** The order in which upstream looks at them. */
const VOLUME_KINDS = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

/** One volume: exactly one source, and what that source needs. The name is the caller's work. */
export function validateVolume(volume: Fields, at: string, template: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const sources = VOLUME_KINDS.filter((kind) => !isAbsent(volume[kind]));
  for (const [index, kind] of sources.entries()) {
    // One name has lost a letter upstream.
    const shown = kind === 'downwardAPI' ? 'downwarAPI' : kind;
    if (index > 0) errors.push(forbidden(`${at}.${shown}`, 'may not specify more than 1 volume type'));
    else errors.push(...validateSource(kind, record(volume[kind]), `${at}.${kind}`, template));
  }
  if (sources.length === 0) errors.push(required(at, 'must specify a volume type'));
  return errors;
}

function validateSource(kind: string, source: Fields, at: string, template: boolean): FieldError[] {
  switch (kind) {
    case 'emptyDir': {
      const limit = parseQuantity(source['sizeLimit']);
      if (limit === undefined || limit >= 0n) return [];
      return [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
    }
    case 'hostPath':
      return validateHostPath(source, at);
    case 'secret':
      return [
        ...requireText(source, 'secretName', at),
        ...validateMode(source, at),
        ...validateItems(source, at),
      ];
    case 'configMap':
      return [...requireText(source, 'name', at), ...validateMode(source, at), ...validateItems(source, at)];
    case 'persistentVolumeClaim':
      return requireText(source, 'claimName', at);
    case 'nfs':
      return validateNfs(source, at);
    case 'downwardAPI':
      // Upstream names the volume here, not the item.
      return [
        ...validateMode(source, at),
        ...records(source['items']).flatMap((item) => validateDownwardItem(item, at)),
      ];
    case 'projected':
      return [...validateMode(source, at), ...validateProjections(source, at)];
    case 'csi':
      return validateDriverName(text(source['driver']), `${at}.driver`);
    case 'ephemeral':
      return isAbsent(source['volumeClaimTemplate'])
        ? [required(`${at}.volumeClaimTemplate`)]
        : validateClaimSpec(
            record(record(source['volumeClaimTemplate'])['spec']),
            `${at}.volumeClaimTemplate.spec`,
          );
    case 'rbd':
      return [
        ...(list(source['monitors']).length === 0 ? [required(`${at}.monitors`)] : []),
        ...requireText(source, 'image', at),
      ];
    case 'azureDisk':
      return validateAzureDisk(source, at);
    case 'iscsi':
      return [...requireText(source, 'targetPortal', at), ...requireText(source, 'iqn', at)];
    case 'image':
      return template ? [] : requireText(source, 'reference', at);
    case 'gitRepo':
      return requireText(source, 'repository', at);
    default:
      return [];
  }
}

const DISK_OF_ACCOUNT = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
const DISK_OF_GROUP =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';

function validateAzureDisk(source: Fields, at: string): FieldError[] {
  const uri = text(source['diskURI']);
  const errors = [...requireText(source, 'diskName', at), ...requireText(source, 'diskURI', at)];
  const managed = source['kind'] === 'Managed';
  const start = managed ? '/subscriptions' : 'https://';
  if (!uri.startsWith(start))
    errors.push(notSupported(`${at}.diskURI`, uri, [managed ? DISK_OF_GROUP : DISK_OF_ACCOUNT]));
  return errors;
}

function requireText(source: Fields, field: string, at: string): FieldError[] {
  return text(source[field]) === '' ? [required(`${at}.${field}`)] : [];
}

function validateMode(source: Fields, at: string): FieldError[] {
  const mode = source['defaultMode'];
  if (typeof mode !== 'number' || (mode >= 0 && mode <= 511)) return [];
  return [invalid(`${at}.defaultMode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function validateItems(source: Fields, at: string): FieldError[] {
  return records(source['items']).flatMap((item, index) => {
    const here = `${at}.items[${index}]`;
    const errors = requireText(item, 'key', here);
    const path = text(item['path']);
    if (path === '') errors.push(required(`${here}.path`));
    errors.push(...localDescendingPath(`${here}.path`, path));
    return errors;
  });
}

function validateHostPath(source: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const path = text(source['path']);
  if (path === '') return [required(`${at}.path`)];
  if (path.split('/').includes('..')) errors.push(invalid(`${at}.path`, path, "must not contain '..'"));
  if (!isAbsent(source['type']) && !HOST_PATH_TYPES.includes(text(source['type']))) {
    errors.push(notSupported(`${at}.type`, source['type'], HOST_PATH_TYPES.slice(1)));
  }
  return errors;
}

function validateNfs(source: Fields, at: string): FieldError[] {
  const errors = requireText(source, 'server', at);
  const path = text(source['path']);
  if (path === '') errors.push(required(`${at}.path`));
  if (!path.startsWith('/')) errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
  return errors;
}

function validateDownwardItem(item: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const path = text(item['path']);
  if (path === '') errors.push(required(`${at}.path`));
  errors.push(...localDescendingPath(`${at}.path`, path));
  if (!isAbsent(item['fieldRef']))
    errors.push(...validateFieldRef(record(item['fieldRef']), `${at}.fieldRef`));
  else if (isAbsent(item['resourceFieldRef']))
    errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  const mode = item['mode'];
  if (typeof mode === 'number' && (mode < 0 || mode > 511))
    errors.push(invalid(`${at}.mode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  return errors;
}

function validateProjections(source: Fields, at: string): FieldError[] {
  return records(source['sources']).flatMap((projection, index) => {
    const here = `${at}.sources[${index}]`;
    const errors: FieldError[] = [];
    const kinds = Object.keys(projection).filter((kind) => !isAbsent(projection[kind]));
    for (const kind of ['secret', 'configMap']) {
      if (isAbsent(projection[kind])) continue;
      const part = record(projection[kind]);
      errors.push(...requireText(part, 'name', `${here}.${kind}`), ...validateItems(part, `${here}.${kind}`));
    }
    const token = record(projection['serviceAccountToken']);
    if (!isAbsent(projection['serviceAccountToken'])) {
      errors.push(...tokenLife(token['expirationSeconds'], `${here}.serviceAccountToken.expirationSeconds`));
      // The place of this one is the volume's.
      if (text(token['path']) === '') errors.push(required(`${at}.path`));
    }
    for (const item of records(record(projection['downwardAPI'])['items']))
      errors.push(...validateDownwardItem(item, `${here}.downwardAPI`));
    if (kinds.length > 1) errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
    return errors;
  });
}

function tokenLife(seconds: unknown, at: string): FieldError[] {
  if (typeof seconds !== 'number') return [];
  if (seconds < 600) return [invalid(at, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > 2 ** 32
    ? [invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds')]
    : [];
}

/** What a claim is filled from: without a group it can be a claim only. */
function validateSourceKinds(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['dataSource', 'dataSourceRef']) {
    if (isAbsent(spec[field])) continue;
    const source = record(spec[field]);
    for (const part of ['name', 'kind'])
      if (text(source[part]) === '') errors.push(required(`${at}.${field}.${part}`));
    if (text(source['apiGroup']) === '' && text(source['kind']) !== 'PersistentVolumeClaim') {
      const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
      errors.push(invalid(`${at}.${field}`, text(source['kind']), detail));
    }
  }
  const attributes = spec['volumeAttributesClassName'];
  if (!isAbsent(attributes) && attributes !== '')
    errors.push(
      ...invalidEach(`${at}.volumeAttributesClassName`, attributes, dnsSubdomain(text(attributes), false)),
    );
  return errors;
}

/** A PersistentVolumeClaim's spec, below `at`. */
export function validateClaimSpec(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  errors.push(...validateSelector(spec['selector'], `${at}.selector`));
  if (list(spec['accessModes']).length === 0)
    errors.push(required(`${at}.accessModes`, 'at least 1 access mode is required'));
  if (list(spec['accessModes']).length > 1 && list(spec['accessModes']).includes('ReadWriteOncePod'))
    errors.push(forbidden(`${at}.accessModes`, 'may not use ReadWriteOncePod with other access modes'));
  const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
  for (const mode of list(spec['accessModes'])) {
    if (!modes.includes(text(mode))) errors.push(notSupported(`${at}.accessModes`, mode, modes));
  }
  const storage = record(record(spec['resources'])['requests'])['storage'];
  const amount = parseQuantity(storage);
  if (isAbsent(storage)) errors.push(required(`${at}.resources[storage]`));
  else if (amount !== undefined && amount <= 0n) {
    errors.push(invalid(`${at}.resources[storage]`, storage, 'must be greater than zero'));
  }
  const className = text(spec['storageClassName']);
  if (className !== '')
    errors.push(...invalidEach(`${at}.storageClassName`, className, dnsSubdomain(className, false)));
  errors.push(...validateSourceKinds(spec, at));
  if (!isAbsent(spec['volumeMode']) && !['Block', 'Filesystem'].includes(text(spec['volumeMode']))) {
    errors.push(notSupported(`${at}.volumeMode`, spec['volumeMode'], ['Block', 'Filesystem']));
  }
  return errors;
}
