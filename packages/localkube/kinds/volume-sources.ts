import type { FieldError } from '../registry/types.ts';
import { validateDriverName } from './driver-names.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';

/**
 * The kinds of storage that pods and persistent volumes name alike. `volume`: the name of the persistent volume that
 * has the source, which asks for more than a pod does.
 */
export function validateStorage(
  kind: string,
  source: Fields,
  at: string,
  volume?: string,
): readonly FieldError[] {
  const need = (...fields: readonly string[]): FieldError[] => requireTexts(source, at, fields);
  const persistent = volume !== undefined;
  switch (kind) {
    case 'hostPath':
      return validateHostPath(source, at);
    case 'local':
      return validatePath(source, at);
    case 'gcePersistentDisk':
      // Upstream calls it otherwise here.
      return validateDisk(source, at.replace(/gcePersistentDisk$/, 'persistentDisk'), 'pdName');
    case 'awsElasticBlockStore':
      return validateDisk(source, at, 'volumeID');
    case 'nfs':
      return validateNfs(source, at);
    case 'iscsi':
      return validateIscsi(source, at, volume);
    case 'glusterfs':
      return [
        ...need('endpoints', 'path'),
        ...(persistent ? endpointsNamespace(source['endpointsNamespace'], `${at}.endpointsNamespace`) : []),
      ];
    case 'flocker':
      return validateFlocker(source, at);
    case 'rbd':
      return [...requireItems(source, at, 'monitors'), ...need('image')];
    case 'cephfs':
      return requireItems(source, at, 'monitors');
    case 'cinder':
      return [...need('volumeID'), ...secretOf(source, at, persistent)];
    case 'quobyte':
      return validateQuobyte(source, at);
    case 'fc':
      return validateFibreChannel(source, at);
    case 'flexVolume':
      return validateFlex(source, at);
    case 'azureFile':
      return [
        ...need('secretName', 'shareName'),
        ...(persistent && source['secretNamespace'] === '' ? [required(`${at}.secretNamespace`)] : []),
      ];
    case 'azureDisk':
      return validateAzureDisk(source, at);
    case 'vsphereVolume':
      return need('volumePath');
    case 'photonPersistentDisk':
      return need('pdID');
    case 'portworxVolume':
      return need('volumeID');
    case 'scaleIO':
      return need('gateway', 'system', 'volumeName');
    case 'storageos':
      return validateStorageOs(source, at, persistent);
    case 'csi':
      return persistent ? validatePersistentDriver(source, at) : validateInlineDriver(source, at);
    default:
      return [];
  }
}

export function requireTexts(source: Fields, at: string, fields: readonly string[]): FieldError[] {
  return fields.filter((field) => text(source[field]) === '').map((field) => required(`${at}.${field}`));
}

function requireItems(source: Fields, at: string, field: string): FieldError[] {
  return list(source[field]).length === 0 ? [required(`${at}.${field}`)] : [];
}

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

function validatePath(source: Fields, at: string): FieldError[] {
  const path = text(source['path']);
  if (path === '') return [required(`${at}.path`)];
  return path.split('/').includes('..') ? [invalid(`${at}.path`, path, "must not contain '..'")] : [];
}

function validateHostPath(source: Fields, at: string): FieldError[] {
  const errors = validatePath(source, at);
  if (text(source['path']) === '') return errors;
  const type = source['type'];
  if (!isAbsent(type) && !HOST_PATH_TYPES.includes(text(type)))
    errors.push(notSupported(`${at}.type`, type, HOST_PATH_TYPES));
  return errors;
}

/** Disks of two clouds; partition 0 is the whole disk, though the text says otherwise. */
function validateDisk(source: Fields, at: string, id: string): FieldError[] {
  const partition = integer(source['partition']);
  const errors = requireTexts(source, at, [id]);
  if (partition < 0 || partition > 255)
    errors.push(invalid(`${at}.partition`, partition, 'must be between 1 and 255, inclusive'));
  return errors;
}

function validateNfs(source: Fields, at: string): FieldError[] {
  const path = text(source['path']);
  const errors = requireTexts(source, at, ['server', 'path']);
  if (!path.startsWith('/')) errors.push(invalid(`${at}.path`, path, 'must be an absolute path'));
  return errors;
}

const INITIATORS: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

function initiatorProblem(name: string, volume: string | undefined): string | undefined {
  const pattern = INITIATORS[name.slice(0, 3)];
  const wrong = 'must be valid format';
  if (pattern === undefined) return volume === undefined ? `${wrong} starting with iqn, eui, or naa` : wrong;
  return pattern.test(name) ? undefined : wrong;
}

function validateIscsi(source: Fields, at: string, volume: string | undefined): FieldError[] {
  const errors = requireTexts(source, at, ['targetPortal']);
  const portal = text(source['targetPortal']);
  const initiator = source['initiatorName'];
  if (volume !== undefined && !isAbsent(initiator) && `${volume}:${portal}`.length > 64)
    errors.push(
      invalid(
        `${at}.targetportal`,
        portal,
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.',
      ),
    );
  const name = text(source['iqn']);
  const problem = initiatorProblem(name, volume);
  if (name === '') errors.push(required(`${at}.iqn`));
  else if (problem !== undefined) errors.push(invalid(`${at}.iqn`, name, problem));
  const unit = integer(source['lun']);
  if (unit < 0 || unit > 255) errors.push(invalid(`${at}.lun`, unit, 'must be between 0 and 255, inclusive'));
  const secret = source['secretRef'];
  if ((source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) && isAbsent(secret))
    errors.push(required(`${at}.secretRef`));
  if (volume !== undefined && !isAbsent(secret) && text(record(secret)['name']) === '')
    errors.push(required(`${at}.secretRef.name`));
  if (isAbsent(initiator)) return errors;
  const own = initiatorProblem(text(initiator), volume);
  if (own !== undefined) errors.push(invalid(`${at}.initiatorname`, initiator, own));
  return errors;
}

function endpointsNamespace(namespace: unknown, at: string): FieldError[] {
  if (isAbsent(namespace)) return [];
  if (namespace === '')
    return [invalid(at, '', 'if the endpointnamespace is set, it must be a valid namespace name')];
  return invalidEach(at, namespace, dnsLabelStrict(text(namespace)));
}

function validateFlocker(source: Fields, at: string): FieldError[] {
  const name = text(source['datasetName']);
  const id = text(source['datasetUUID']);
  const errors: FieldError[] = [];
  if (name === '' && id === '') errors.push(required(at, 'one of datasetName and datasetUUID is required'));
  if (name !== '' && id !== '')
    errors.push(invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (name.includes('/')) errors.push(invalid(`${at}.datasetName`, name, "must not contain '/'"));
  return errors;
}

/** `host:port`, as Go splits it. */
function isHostAndPort(pair: string): boolean {
  return /^(?:\[[^\][]*\]|[^:[\]]*):[^:[\]]*$/.test(pair);
}

function validateQuobyte(source: Fields, at: string): FieldError[] {
  const registry = text(source['registry']);
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  const errors: FieldError[] = [];
  if (registry === '') errors.push(required(`${at}.registry`, pairs));
  else if (text(source['tenant']).length >= 65)
    errors.push(required(`${at}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else
    for (const pair of registry.split(','))
      if (!isHostAndPort(pair)) errors.push(invalid(`${at}.registry`, registry, pairs));
  return [...errors, ...requireTexts(source, at, ['volume'])];
}

function validateFibreChannel(source: Fields, at: string): FieldError[] {
  const names = strings(source['targetWWNs']);
  const ids = strings(source['wwids']);
  const errors: FieldError[] = [];
  if (names.length === 0 && ids.length === 0)
    errors.push(required(`${at}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  if (names.length > 0 && ids.length > 0)
    errors.push(
      invalid(`${at}.targetWWNs`, names, 'targetWWNs and wwids can not be specified simultaneously'),
    );
  if (names.length === 0) return errors;
  const unit = source['lun'];
  if (isAbsent(unit)) errors.push(required(`${at}.lun`, 'lun is required if targetWWNs is specified'));
  else if (integer(unit) < 0 || integer(unit) > 255)
    errors.push(invalid(`${at}.lun`, unit, 'must be between 0 and 255, inclusive'));
  return errors;
}

function validateFlex(source: Fields, at: string): FieldError[] {
  const errors = requireTexts(source, at, ['driver']);
  for (const key of Object.keys(record(source['options']))) {
    const owner = `.${(key.split('/')[0] ?? '').toLowerCase()}`;
    if (owner.endsWith('.kubernetes.io') || owner.endsWith('.k8s.io'))
      errors.push(invalid(`${at}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
  }
  return errors;
}

const DISK_OF_ACCOUNT = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
const DISK_OF_GROUP =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';

function validateAzureDisk(source: Fields, at: string): FieldError[] {
  const errors = requireTexts(source, at, ['diskName', 'diskURI']);
  for (const [field, known] of [
    ['cachingMode', ['None', 'ReadOnly', 'ReadWrite']],
    ['kind', ['Dedicated', 'Managed', 'Shared']],
  ] as const) {
    const value = source[field];
    if (!isAbsent(value) && !(known as readonly string[]).includes(text(value)))
      errors.push(notSupported(`${at}.${field}`, value, known));
  }
  const { kind } = source;
  if (isAbsent(kind)) return errors;
  const uri = text(source['diskURI']);
  const managed = kind === 'Managed';
  if (!uri.startsWith(managed ? '/subscriptions/' : 'https://'))
    errors.push(notSupported(`${at}.diskURI`, uri, [managed ? DISK_OF_GROUP : DISK_OF_ACCOUNT]));
  return errors;
}

/** A secret that is named has a name; a persistent volume says its namespace as well. */
function secretOf(source: Fields, at: string, persistent: boolean): FieldError[] {
  const secret = source['secretRef'];
  if (isAbsent(secret)) return [];
  return requireTexts(record(secret), `${at}.secretRef`, persistent ? ['name', 'namespace'] : ['name']);
}

function validateStorageOs(source: Fields, at: string, persistent: boolean): FieldError[] {
  const name = text(source['volumeName']);
  const namespace = text(source['volumeNamespace']);
  return [
    ...(name === ''
      ? [required(`${at}.volumeName`)]
      : invalidEach(`${at}.volumeName`, name, dnsLabelStrict(name))),
    ...(namespace === '' ? [] : invalidEach(`${at}.volumeNamespace`, namespace, dnsLabelStrict(namespace))),
    ...secretOf(source, at, persistent),
  ];
}

function validateInlineDriver(source: Fields, at: string): FieldError[] {
  const errors = validateDriverName(text(source['driver']), `${at}.driver`);
  const secret = source['nodePublishSecretRef'];
  if (isAbsent(secret)) return errors;
  const name = text(record(secret)['name']);
  if (name === '') errors.push(required(`${at}.nodePublishSecretRef.name`));
  // Upstream names the volume's source here, not the reference.
  else errors.push(...invalidEach(`${at}.name`, name, dnsSubdomain(name, false)));
  return errors;
}

const DRIVER_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

function validatePersistentDriver(source: Fields, at: string): FieldError[] {
  const errors = validateDriverName(text(source['driver']), `${at}.driver`);
  errors.push(...requireTexts(source, at, ['volumeHandle']));
  for (const field of DRIVER_SECRETS) {
    if (isAbsent(source[field])) continue;
    const secret = record(source[field]);
    for (const [part, check] of [
      ['name', (value: string) => dnsSubdomain(value, false)],
      ['namespace', dnsLabelStrict],
    ] as const) {
      const value = text(secret[part]);
      const here = `${at}.${field}.${part}`;
      if (value === '') errors.push(required(here));
      else errors.push(...invalidEach(here, value, check(value)));
    }
  }
  return errors;
}

/** Names under which upstream refuses a second source; one has lost a letter, one has won a capital. */
const REFUSED_AS: Readonly<Record<string, string>> = { downwardAPI: 'downwarAPI', cephfs: 'cephFS' };

/** The first source that is there is looked into, each further one is one too many. */
export function validateOnlySource(
  kinds: readonly string[],
  holder: Fields,
  at: string,
  look: (kind: string, source: Fields, refused: boolean) => readonly FieldError[],
): FieldError[] {
  const given = kinds.filter((kind) => !isAbsent(holder[kind]));
  if (given.length === 0) return [required(at, 'must specify a volume type')];
  return given.flatMap((kind, index) => {
    const more = index > 0;
    const here = `${at}.${REFUSED_AS[kind] ?? kind}`;
    return [
      ...(more ? [forbidden(here, 'may not specify more than 1 volume type')] : []),
      ...look(kind, record(holder[kind]), more),
    ];
  });
}
