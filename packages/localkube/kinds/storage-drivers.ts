import type { KubeObject } from '@plumbline/api';
import { definitionFor } from '@plumbline/api/schema';
import { equalData } from '@plumbline/base';
import type { Draft, FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  child,
  duplicate,
  fill,
  forbidden,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { validateDriverName } from './driver-names.ts';
import { goValue } from './go-value.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { parseQuantity } from './quantity.ts';
import { validateSelector } from './selectors.ts';
import { validateInlineVolume } from './volume-spec-validation.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const goStorage = (name: string, value: unknown): unknown =>
  goValue(definitionFor(`io.k8s.api.storage.v1.${name}`), value);

const LIFECYCLES = ['Persistent', 'Ephemeral'];
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];

/** A field that is not switched on goes after its owner has been noted. */
function dropUnserved(draft: Draft): void {
  const part = child(draft, 'spec');
  if (!Object.isFrozen(part)) delete part['preventPodSchedulingIfMissing'];
}

export const storageDriverHooks: KindHooks = {
  unconditionalUpdate: false,
  prepareForCreate: dropUnserved,
  prepareForUpdate(draft, previous) {
    dropUnserved(draft);
    // Drivers are told of changes by a count that begins with the first of them.
    const watched = [
      'tokenRequests',
      'requiresRepublish',
      'seLinuxMount',
      'fsGroupPolicy',
      'podInfoOnMount',
      'storageCapacity',
      'serviceAccountTokenInSecrets',
    ];
    const [now, then] = [record(draft['spec']), spec(previous)];
    if (watched.every((field) => equalData(now[field] ?? null, then[field] ?? null))) return;
    draft.metadata['generation'] = (previous.metadata.generation ?? 0) + 1;
  },
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'attachRequired', true);
    fill(part, 'podInfoOnMount', false);
    fill(part, 'storageCapacity', false);
    fill(part, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
    if (list(part['volumeLifecycleModes']).length === 0) {
      delete part['volumeLifecycleModes'];
      fill(part, 'volumeLifecycleModes', ['Persistent']);
    }
    fill(part, 'requiresRepublish', false);
    fill(part, 'seLinuxMount', false);
  },
  validate(object, previous) {
    const part = spec(object);
    const errors: FieldError[] = [];
    const policy = part['fsGroupPolicy'];
    if (!GROUP_POLICIES.includes(text(policy)))
      errors.push(notSupported('spec.fsGroupPolicy', policy, GROUP_POLICIES));
    errors.push(...validateTokens(part));
    for (const mode of strings(part['volumeLifecycleModes']))
      if (!LIFECYCLES.includes(mode))
        errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLES));
    const period = part['nodeAllocatableUpdatePeriodSeconds'];
    if (typeof period === 'number' && period < 10) {
      const detail = 'must be greater than or equal to 10 seconds';
      errors.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, detail));
    }
    const secrets = part['serviceAccountTokenInSecrets'];
    if (!isAbsent(secrets) && records(part['tokenRequests']).length === 0) {
      const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
      errors.push(invalid('spec.serviceAccountTokenInSecrets', secrets, detail));
    }
    if (previous === undefined) return errors;
    for (const [field, shown] of [
      ['attachRequired', 'attachedRequired'],
      ['volumeLifecycleModes', 'volumeLifecycleModes'],
    ] as const)
      if (!equalData(part[field], spec(previous)[field]))
        errors.push(invalid(`spec.${shown}`, part[field], 'field is immutable'));
    return errors;
  },
  warnings(object, previous) {
    const part = spec(object);
    const tokens = part['tokenRequests'];
    if (previous !== undefined && equalData(tokens ?? [], spec(previous)['tokenRequests'] ?? [])) return [];
    if (list(part['tokenRequests']).length === 0 || !isAbsent(part['serviceAccountTokenInSecrets']))
      return [];
    return [
      'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
    ];
  },
};

function validateTokens(part: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, request] of records(part['tokenRequests']).entries()) {
    const at = `spec.tokenRequests[${index}]`;
    const audience = text(request['audience']);
    if (seen.has(audience)) {
      errors.push(duplicate(`${at}.audience`, audience));
      continue;
    }
    seen.add(audience);
    const seconds = request['expirationSeconds'];
    if (typeof seconds === 'number' && seconds < 600)
      errors.push(
        invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'),
      );
    if (typeof seconds === 'number' && seconds > 2 ** 32)
      errors.push(
        invalid(`${at}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
      );
  }
  return errors;
}

export const storageNodeHooks: KindHooks = {
  unconditionalUpdate: false,
  validate(object, previous) {
    const drivers = records(spec(object)['drivers']);
    const errors: FieldError[] = [];
    const seen = new Set<string>();
    for (const [index, driver] of drivers.entries()) {
      const at = `spec.drivers[${index}]`;
      const name = text(driver['name']);
      errors.push(...validateDriverName(name, `${at}.name`));
      const id = text(driver['nodeID']);
      if (id === '') errors.push(required(`${at}.nodeID`));
      else if (id.length > 256) errors.push(invalid(`${at}.nodeID`, id, 'must be 256 characters or less'));
      const count = record(driver['allocatable'])['count'];
      if (typeof count === 'number' && count < 0)
        errors.push(invalid(`${at}.allocatable.count`, count, 'must be greater than or equal to 0'));
      if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
      seen.add(name);
      errors.push(...validateKeys(driver, at));
    }
    for (const earlier of previous === undefined ? [] : records(spec(previous)['drivers'])) {
      const now = drivers.find((driver) => driver['name'] === earlier['name']);
      if (now === undefined || equalData(withoutCount(now), withoutCount(earlier))) continue;
      errors.push(
        invalid('spec.drivers', goStorage('CSINodeDriver', withoutCount(now)), 'field is immutable'),
      );
    }
    return errors;
  },
};

/** How many volumes fit may change. */
const withoutCount = (driver: Fields): Fields => ({ ...driver, allocatable: undefined });

function validateKeys(driver: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const key of strings(driver['topologyKeys'])) {
    if (key === '') errors.push(required(at));
    if (seen.has(key)) errors.push(duplicate(at, key));
    seen.add(key);
    errors.push(...invalidEach(at, key, qualifiedName(key)));
  }
  return errors;
}

export const storageCapacityHooks: KindHooks = {
  unconditionalUpdate: false,
  validate(object, previous) {
    const name = text(object['storageClassName']);
    const errors: FieldError[] = [
      ...validateSelector(object['nodeTopology'], 'nodeTopology'),
      ...invalidEach('storageClassName', name, dnsSubdomain(name, false)),
    ];
    const amount = parseQuantity(object['capacity']);
    if (amount !== undefined && amount < 0)
      errors.push(invalid('capacity', object['capacity'], 'must be greater than or equal to 0'));
    if (previous === undefined) return errors;
    for (const field of ['nodeTopology', 'storageClassName'])
      if (!equalData(object[field], previous[field]))
        errors.push(invalid(field, object[field] ?? null, 'field is immutable'));
    return errors;
  },
};

export const attachmentHooks: KindHooks = {
  status: true,
  unconditionalUpdate: false,
  validate(object, previous) {
    const part = spec(object);
    const errors = validateDriverName(text(part['attacher']), 'spec.attacher');
    const source = record(part['source']);
    const volume = source['persistentVolumeName'];
    const inline = source['inlineVolumeSpec'];
    const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
    if (isAbsent(volume) && isAbsent(inline)) errors.push(required('spec.source', one));
    else if (!isAbsent(volume) && !isAbsent(inline)) errors.push(forbidden('spec.source', one));
    else if (!isAbsent(inline))
      errors.push(...validateInlineVolume(record(inline), 'spec.source.inlineVolumeSpec'));
    else if (volume === '')
      errors.push(
        required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'),
      );
    const node = text(part['nodeName']);
    errors.push(...invalidEach('spec.nodeName', node, dnsSubdomain(node, false)));
    if (!isAbsent(volume))
      errors.push(
        ...invalidEach('spec.source.persistentVolumeName', text(volume), dnsSubdomain(text(volume), false)),
      );
    if (previous !== undefined && !equalData(part, spec(previous)))
      errors.push(invalid('spec', goStorage('VolumeAttachmentSpec', part), 'field is immutable'));
    return errors;
  },
};

const PROTECTION = 'kubernetes.io/vac-protection';

export const attributesClassHooks: KindHooks = {
  prepareForCreate(draft) {
    // The admission plugin that protects what is in use.
    const finalizers = list(draft.metadata['finalizers']);
    if (!finalizers.includes(PROTECTION)) draft.metadata['finalizers'] = [...finalizers, PROTECTION];
  },
  validate(object, previous) {
    const name = text(object['driverName']);
    const parameters = record(object['parameters']);
    const changed = (field: string): boolean =>
      previous !== undefined && !equalData(object[field] ?? {}, previous[field] ?? {});
    const errors: FieldError[] = ['driverName', 'parameters']
      .filter(changed)
      .map((field) => forbidden(field, `updates to ${field} are forbidden.`));
    if (name === '') errors.push(required('driverName'));
    else errors.push(...invalidEach('driverName', name.toLowerCase(), qualifiedName(name.toLowerCase())));
    for (const key of Object.keys(parameters))
      if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'));
    if (Object.keys(parameters).length === 0)
      errors.push(required('parameters', 'must contain at least one key/value pair'));
    return errors;
  },
};
