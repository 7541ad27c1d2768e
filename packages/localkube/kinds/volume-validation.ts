import type { FieldError } from '../registry/types.ts';
import { validateClaimSpec } from './claim-validation.ts';
import { validatePullPolicy } from './container-validation.ts';
import { localDescendingPath } from './environment-validation.ts';
import type { Fields } from './fields.ts';
import { forbidden, invalid, invalidEach, isAbsent, record, records, required, text } from './fields.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import {
  validateDownwardItem,
  validateItems,
  validateMode,
  validateProjections,
} from './projected-validation.ts';
import { parseQuantity } from './quantity.ts';
import { validateLabels } from './selectors.ts';
import { requireTexts, validateOnlySource, validateStorage } from './volume-sources.ts';

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
  'flexVolume',
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

/**
 * One volume: exactly one source, and what that source needs. Its own name is the caller's work. `pod`: the name of
 * the pod, if it is none of a template, since claims are named after both.
 */
export function validateVolume(volume: Fields, at: string, template: boolean, pod: string): FieldError[] {
  const name = text(volume['name']);
  return validateOnlySource(VOLUME_KINDS, volume, at, (kind, source, refused) => {
    const errors = refused ? [] : [...validateSource(kind, source, `${at}.${kind}`, template)];
    if (kind === 'iscsi' && !isAbsent(source['initiatorName'])) {
      const detail =
        'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
      if (`${name}:${text(source['targetPortal'])}`.length > 64)
        errors.push(invalid(`${at}.name`, name, detail));
    }
    if (kind === 'ephemeral' && !refused && pod !== '' && name !== '') {
      const claim = `${pod}-${name}`;
      for (const why of dnsSubdomain(claim, false))
        errors.push(invalid(`${at}.name`, name, `PVC name ${JSON.stringify(claim)}: ${why}`));
    }
    return errors;
  });
}

function validateSource(kind: string, source: Fields, at: string, template: boolean): readonly FieldError[] {
  switch (kind) {
    case 'emptyDir': {
      const limit = parseQuantity(source['sizeLimit']);
      if (limit === undefined || limit >= 0n) return [];
      return [forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
    }
    case 'gitRepo':
      return [
        ...requireTexts(source, at, ['repository']),
        ...localDescendingPath(`${at}.directory`, text(source['directory'])),
      ];
    case 'secret':
    case 'configMap':
      return [
        ...requireTexts(source, at, [kind === 'secret' ? 'secretName' : 'name']),
        ...validateMode(source['defaultMode'], `${at}.defaultMode`),
        ...validateItems(source, at),
      ];
    case 'persistentVolumeClaim':
      return requireTexts(source, at, ['claimName']);
    case 'downwardAPI':
      // Upstream names the volume here, not the item.
      return [
        ...validateMode(source['defaultMode'], `${at}.defaultMode`),
        ...records(source['items']).flatMap((item) => validateDownwardItem(item, at)),
      ];
    case 'projected':
      return [
        ...validateMode(source['defaultMode'], `${at}.defaultMode`),
        ...validateProjections(source, at),
      ];
    case 'ephemeral':
      return isAbsent(source['volumeClaimTemplate'])
        ? [required(`${at}.volumeClaimTemplate`)]
        : validateClaimTemplate(record(source['volumeClaimTemplate']), `${at}.volumeClaimTemplate`);
    case 'image':
      return [
        ...(template ? [] : requireTexts(source, at, ['reference'])),
        ...validatePullPolicy(source['pullPolicy'], `${at}.pullPolicy`),
      ];
    default:
      return validateStorage(kind, source, at);
  }
}

/** A claim that is made for a pod has labels and annotations only. */
function validateClaimTemplate(template: Fields, at: string): FieldError[] {
  const metadata = record(template['metadata']);
  return [
    ...Object.keys(record(metadata['annotations'])).flatMap((key) =>
      invalidEach(`${at}.metadata.annotations`, key, qualifiedName(key.toLowerCase())),
    ),
    ...validateLabels(metadata['labels'], `${at}.metadata.labels`),
    ...metadataFields
      .filter((field) => isGiven(metadata[field]))
      .map((field) => forbidden(`${at}.metadata.${field}`, 'cannot be set')),
    ...validateClaimSpec(record(template['spec']), `${at}.spec`),
  ];
}

const metadataFields = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uID',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

function isGiven(value: unknown): boolean {
  return !isAbsent(value) && value !== '' && value !== 0;
}
