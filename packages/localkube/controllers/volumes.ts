import type { KubeObject } from '@plumbline/api';
import { parseQuantity } from '../kinds/quantity.ts';
import { isAbsent, record, records, strings, text } from '../kinds/fields.ts';
import { StatusError } from '../registry/types.ts';
import type { ControllerContext } from './runtime/context.ts';
import { enqueueSelf } from './runtime/context.ts';
import {
  MANAGER,
  isDeleting,
  keyOf,
  phaseOf,
  specOf,
  splitKey,
  statusOf,
  writeStatus,
} from './runtime/objects.ts';

const PROVISIONER = 'simulated.plumbline.dev';
const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** Lets claims and volumes go when nobody uses them: the finalizers that admission gives them wait for that. */
export function startVolumeProtection(context: ControllerContext): void {
  const { access } = context;
  const held = new Set<string>();
  const claims = context.loop.queue('claim-protection', (key) => {
    const [namespace, name] = splitKey(key);
    const claim = access.get('', 'PersistentVolumeClaim', namespace, name);
    if (
      claim === undefined ||
      !isDeleting(claim) ||
      claim.metadata.finalizers?.includes(CLAIM_PROTECTION) !== true
    ) {
      held.delete(key);
      return;
    }
    for (const pod of access.list('', 'Pod', namespace)) {
      if (uses(pod, name)) {
        held.add(key);
        return;
      }
    }
    dropFinalizer(context, claim, CLAIM_PROTECTION);
  });
  const volumes = context.loop.queue('volume-protection', (key) => {
    const [, name] = splitKey(key);
    const volume = access.get('', 'PersistentVolume', '', name);
    if (volume === undefined || !isDeleting(volume) || phaseOf(volume) === 'Bound') return;
    if (volume.metadata.finalizers?.includes(VOLUME_PROTECTION) === true)
      dropFinalizer(context, volume, VOLUME_PROTECTION);
  });
  context.watch('', 'PersistentVolumeClaim', (event) => {
    if (isDeleting(event.object)) enqueueSelf(claims)(event);
  });
  context.watch('', 'PersistentVolume', (event) => {
    if (isDeleting(event.object)) enqueueSelf(volumes)(event);
  });
  context.watch('', 'Pod', ({ type, object }) => {
    if (held.size > 0 && (type === 'deleted' || !isRunning(object)))
      for (const key of claimKeys(object)) if (held.has(key)) claims.add(key);
  });
}

function dropFinalizer(context: ControllerContext, object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers?.filter((name) => name !== finalizer) ?? [];
  context.access.update({ ...object, metadata: { ...object.metadata, finalizers } }, MANAGER);
}

function isRunning(pod: KubeObject): boolean {
  return phaseOf(pod) !== 'Succeeded' && phaseOf(pod) !== 'Failed';
}

function uses(pod: KubeObject, claim: string): boolean {
  return (
    isRunning(pod) &&
    records(specOf(pod)['volumes']).some(
      (volume) => record(volume['persistentVolumeClaim'])['claimName'] === claim,
    )
  );
}

function claimKeys(pod: KubeObject): readonly string[] {
  const names = records(specOf(pod)['volumes']).map((volume) =>
    text(record(volume['persistentVolumeClaim'])['claimName']),
  );
  return names.filter((name) => name !== '').map((name) => `${pod.metadata.namespace ?? ''}/${name}`);
}

/** Binds claims: to a fitting volume that is there, else to a made-up one of the claim's class. */
export function startVolumeBinder(context: ControllerContext): void {
  const { access } = context;
  ensureDefaultClass(context);
  const consumed = new Set<string>();
  const queue = context.loop.queue('claims', (key) => {
    const [namespace, name] = splitKey(key);
    const claim = access.get('', 'PersistentVolumeClaim', namespace, name);
    if (claim === undefined || isDeleting(claim) || phaseOf(claim) === 'Bound') return;
    const volume = wantedVolume(context, claim) ?? provision(context, claim, consumed.has(key));
    if (volume !== undefined) bind(context, claim, volume);
  });
  const volumes = context.loop.queue('volumes', (name) => release(context, name));
  const requeuePending = (): void => {
    for (const claim of access.list('', 'PersistentVolumeClaim'))
      if (phaseOf(claim) === 'Pending') queue.add(keyOf(claim));
  };
  context.watch('', 'PersistentVolumeClaim', (event) => {
    if (event.type !== 'deleted') {
      enqueueSelf(queue)(event);
      return;
    }
    consumed.delete(keyOf(event.object));
    const volume = text(specOf(event.object)['volumeName']);
    if (volume !== '') volumes.add(volume);
  });
  context.watch('', 'PersistentVolume', ({ type, object }) => {
    if (type === 'deleted') return;
    if (phaseOf(object) === 'Pending') volumes.add(object.metadata.name);
    else if (phaseOf(object) === 'Available') requeuePending();
  });
  context.watch('storage.k8s.io', 'StorageClass', ({ type }) => {
    if (type === 'added') requeuePending();
  });
  context.watch('', 'Pod', ({ type, object }) => {
    if (type !== 'added') return;
    for (const key of claimKeys(object)) {
      consumed.add(key);
      queue.add(key);
    }
  });
}

function ensureDefaultClass(context: ControllerContext): void {
  for (const _ of context.access.list('storage.k8s.io', 'StorageClass')) return;
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  try {
    context.access.create(
      {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'standard', annotations },
        provisioner: PROVISIONER,
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'Immediate',
        allowVolumeExpansion: true,
      },
      MANAGER,
    );
  } catch (thrown) {
    if (!(thrown instanceof StatusError)) throw thrown;
  }
}

const storageOf = (claim: KubeObject): string =>
  text(record(record(specOf(claim)['resources'])['requests'])['storage']);

/** A volume that is there: the one the claim names, one reserved for it, or the smallest that fits. */
function wantedVolume(context: ControllerContext, claim: KubeObject): KubeObject | undefined {
  const named = text(specOf(claim)['volumeName']);
  const size = parseQuantity(storageOf(claim)) ?? 0n;
  let best: KubeObject | undefined;
  let bestSize = 0n;
  for (const volume of context.access.list('', 'PersistentVolume')) {
    if (named !== '' ? volume.metadata.name !== named : !fits(volume, claim)) continue;
    const capacity = parseQuantity(record(specOf(volume)['capacity'])['storage']) ?? 0n;
    if (capacity < size) continue;
    if (best === undefined || capacity < bestSize) [best, bestSize] = [volume, capacity];
  }
  return best;
}

function fits(volume: KubeObject, claim: KubeObject): boolean {
  const spec = specOf(volume);
  const reserved = record(spec['claimRef']);
  if (!isAbsent(spec['claimRef'])) {
    return (
      reserved['name'] === claim.metadata.name &&
      reserved['namespace'] === claim.metadata.namespace &&
      isAbsent(reserved['uid'])
    );
  }
  if (phaseOf(volume) !== 'Available' && phaseOf(volume) !== 'Pending') return false;
  if (text(spec['storageClassName']) !== text(specOf(claim)['storageClassName'])) return false;
  const modes = strings(spec['accessModes']);
  return strings(specOf(claim)['accessModes']).every((mode) => modes.includes(mode));
}

function provision(context: ControllerContext, claim: KubeObject, consumed: boolean): KubeObject | undefined {
  const recorder = context.recorder('persistentvolume-controller');
  const name = text(specOf(claim)['storageClassName']);
  if (name === '') {
    recorder.event(
      claim,
      'Normal',
      'FailedBinding',
      'no persistent volumes available for this claim and no storage class is set',
    );
    return undefined;
  }
  const storageClass = context.access.get('storage.k8s.io', 'StorageClass', '', name);
  if (storageClass === undefined) {
    recorder.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
    return undefined;
  }
  if (storageClass['volumeBindingMode'] === 'WaitForFirstConsumer' && !consumed) {
    recorder.event(
      claim,
      'Normal',
      'WaitForFirstConsumer',
      'waiting for first consumer to be created before binding',
    );
    return undefined;
  }
  const volumeName = `pvc-${claim.metadata.uid ?? ''}`;
  const present = context.access.get('', 'PersistentVolume', '', volumeName);
  if (present !== undefined) return present;
  const made = context.access.create(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        annotations: { 'pv.kubernetes.io/provisioned-by': text(storageClass['provisioner']) },
      },
      spec: {
        capacity: { storage: storageOf(claim) },
        accessModes: specOf(claim)['accessModes'],
        persistentVolumeReclaimPolicy: text(storageClass['reclaimPolicy']) || 'Delete',
        storageClassName: name,
        volumeMode: specOf(claim)['volumeMode'],
        csi: { driver: PROVISIONER, volumeHandle: volumeName },
        claimRef: referenceTo(claim),
      },
    },
    MANAGER,
  );
  recorder.event(
    claim,
    'Normal',
    'ProvisioningSucceeded',
    `Successfully provisioned volume ${volumeName} (simulated)`,
  );
  return made;
}

function referenceTo(claim: KubeObject): unknown {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid, resourceVersion };
}

function bind(context: ControllerContext, claim: KubeObject, volume: KubeObject): void {
  const { access } = context;
  let held = volume;
  if (record(specOf(volume)['claimRef'])['uid'] !== claim.metadata.uid) {
    held = access.update({ ...volume, spec: { ...specOf(volume), claimRef: referenceTo(claim) } }, MANAGER);
  }
  writeStatus(access, held, { ...statusOf(held), phase: 'Bound' });
  const annotations = {
    ...claim.metadata.annotations,
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  };
  const spec = { ...specOf(claim), volumeName: volume.metadata.name };
  const bound = access.update({ ...claim, metadata: { ...claim.metadata, annotations }, spec }, MANAGER);
  const { accessModes, capacity } = specOf(volume);
  writeStatus(access, bound, { phase: 'Bound', accessModes, capacity });
}

/** Offers a new volume; lets go of one whose claim is gone. */
function release(context: ControllerContext, name: string): void {
  const volume = context.access.get('', 'PersistentVolume', '', name);
  if (volume === undefined || isDeleting(volume)) return;
  const claim = record(specOf(volume)['claimRef']);
  if (text(claim['name']) === '') {
    if (phaseOf(volume) === 'Pending')
      writeStatus(context.access, volume, { ...statusOf(volume), phase: 'Available' });
    return;
  }
  if (isAbsent(claim['uid'])) return;
  const live = context.access.get('', 'PersistentVolumeClaim', text(claim['namespace']), text(claim['name']));
  if (live !== undefined && live.metadata.uid === claim['uid']) return;
  const released = writeStatus(context.access, volume, { ...statusOf(volume), phase: 'Released' });
  if (specOf(released)['persistentVolumeReclaimPolicy'] === 'Delete')
    context.access.delete('', 'PersistentVolume', '', name);
}
