import type { FieldError } from '../registry/types.ts';
import { shownField } from '../schema/index.ts';
import { validateAccessModes } from './claim-validation.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  oneOf,
  optionalOneOf,
  record,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsSubdomain } from './names.ts';
import { validateNodeSelector } from './pod-scheduling-validation.ts';
import { parseQuantity } from './quantity.ts';
import { validateOnlySource, validateStorage } from './volume-sources.ts';

/** The kinds of storage behind a volume, in the order in which upstream looks for them. */
const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

/** What a persistent volume is; `name` is its own. */
export function validateVolumeSpec(part: Fields, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if (list(part['accessModes']).length === 0) errors.push(required('spec.accessModes'));
  errors.push(...validateAccessModes(strings(part['accessModes']), 'spec.accessModes'));
  const capacity = record(part['capacity']);
  const amounts = Object.entries(capacity);
  if (amounts.length === 0) errors.push(required('spec.capacity'));
  if (isAbsent(capacity['storage']) || amounts.length > 1)
    errors.push(notSupported('spec.capacity', shownField(part, 'capacity'), ['storage']));
  for (const [key, size] of amounts) {
    const amount = parseQuantity(size);
    const at = `spec.capacity[${key}]`;
    if (amount !== undefined && amount < 0n)
      errors.push(invalid(at, wholeOf(amount), 'must be a valid resource quantity'));
    if (amount !== undefined && amount <= 0n) errors.push(invalid(at, size, 'must be greater than zero'));
  }
  const policy = part['persistentVolumeReclaimPolicy'];
  if (text(policy) !== '')
    errors.push(...oneOf('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']));
  errors.push(
    ...validateNodes(part['nodeAffinity'], 'spec.nodeAffinity'),
    ...validateSources(part, 'spec', name),
  );
  const path = text(record(part['hostPath'])['path']);
  if (policy === 'Recycle' && /^\/+(\.?\/*)*$/.test(path))
    errors.push(
      forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"),
    );
  const className = text(part['storageClassName']);
  if (className !== '')
    errors.push(...invalidEach('spec.storageClassName', className, dnsSubdomain(className, false)));
  errors.push(...optionalOneOf('spec.volumeMode', part['volumeMode'], ['Block', 'Filesystem']));
  return [...errors, ...validateAttributesClass(part)];
}

function validateSources(part: Fields, at: string, name: string): FieldError[] {
  const errors = validateOnlySource(SOURCES, part, at, (kind, source, refused) => {
    const own = refused && kind !== 'flexVolume' ? [] : validateStorage(kind, source, `${at}.${kind}`, name);
    if (kind !== 'local' || refused || !isAbsent(part['nodeAffinity'])) return own;
    return [...own, required(`${at}.nodeAffinity`, 'Local volume requires node affinity')];
  });
  // This one upstream never refuses for being one too many.
  return errors.filter((error) => error.field !== `${at}.flexVolume`);
}

function wholeOf(billionths: bigint): number {
  // Away from zero, as upstream rounds.
  const whole = billionths / 1_000_000_000n;
  return Number(billionths % 1_000_000_000n === 0n ? whole : whole - (billionths < 0n ? 1n : -1n));
}

function validateNodes(affinity: unknown, at: string): FieldError[] {
  if (isAbsent(affinity)) return [];
  const needed = record(affinity)['required'];
  if (isAbsent(needed)) return [required(`${at}.required`, 'must specify required node constraints')];
  return validateNodeSelector(record(needed), `${at}.required`);
}

function validateAttributesClass(part: Fields): FieldError[] {
  const name = part['volumeAttributesClassName'];
  if (isAbsent(name)) return [];
  const at = 'spec.volumeAttributesClassName';
  const errors =
    name === ''
      ? [required(at, 'an empty string is disallowed')]
      : invalidEach(at, name, dnsSubdomain(text(name), false));
  if (isAbsent(part['csi']))
    errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
  return errors;
}

/** A volume that a pod brings along, as an attachment names it: of a driver, and nothing of a volume's own. */
export function validateInlineVolume(part: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const inline = 'in the context of inline volumes';
  const never = (field: string, given: boolean): void => {
    if (given) errors.push(forbidden(`${at}.${field}`, `may not be specified ${inline}`));
  };
  never('claimRef', !isAbsent(part['claimRef']));
  never('capacity', Object.keys(record(part['capacity'])).length > 0);
  if (isAbsent(part['csi'])) errors.push(required(`${at}.csi`, `has to be specified ${inline}`));
  if (list(part['accessModes']).length === 0) errors.push(required(`${at}.accessModes`));
  errors.push(...validateAccessModes(strings(part['accessModes']), `${at}.accessModes`));
  const policy = text(part['persistentVolumeReclaimPolicy']);
  if (policy !== '' && policy !== 'Retain')
    errors.push(forbidden(`${at}.persistentVolumeReclaimPolicy`, `may only be Retain ${inline}`));
  never('nodeAffinity', !isAbsent(part['nodeAffinity']));
  errors.push(...validateSources(part, at, ''));
  never('storageClassName', text(part['storageClassName']) !== '');
  const mode = part['volumeMode'];
  if (!isAbsent(mode) && mode !== 'Filesystem') {
    const detail = `may not specify volumeMode other than Filesystem ${inline}`;
    errors.push(forbidden(`${at}.volumeMode`, detail));
  }
  return errors;
}
