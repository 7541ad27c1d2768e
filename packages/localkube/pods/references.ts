import type { KubeObject } from '@plumbline/api';
import { record, records, text } from '../kinds/fields.ts';
import type { Fields } from '../kinds/fields.ts';
import { specOf } from '../controllers/runtime/objects.ts';
import type { Access } from '../registry/types.ts';

/** Something that a pod needs and that is not there. */
export interface Missing {
  /** What to wait for: `ConfigMap/namespace/name`. */
  readonly waitsFor: string;
  readonly message: string;
  /** The volume or container that needs it. */
  readonly part: string;
}

type Source = 'ConfigMap' | 'Secret';

function lacks(
  access: Access,
  namespace: string,
  kind: Source,
  name: string,
  key?: string,
): string | undefined {
  const object = access.get('', kind, namespace, name);
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`;
  if (key === undefined) return undefined;
  const present =
    record(object['data'])[key] !== undefined || record(object['binaryData'])[key] !== undefined;
  return present ? undefined : `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
}

/** Volumes that cannot be set up because their ConfigMap or Secret, or a key of it, is missing. */
export function missingVolumes(access: Access, pod: KubeObject): readonly Missing[] {
  const namespace = pod.metadata.namespace ?? '';
  const found: Missing[] = [];
  const check = (volume: string, kind: Source, name: string, source: Fields): void => {
    if (name === '' || source['optional'] === true) return;
    const items = records(source['items']).map((item) => text(item['key']));
    for (const key of items.length === 0 ? [undefined] : items) {
      const why = lacks(access, namespace, kind, name, key);
      if (why === undefined) continue;
      const message = `MountVolume.SetUp failed for volume "${volume}" : ${why}`;
      found.push({ waitsFor: `${kind}/${namespace}/${name}`, message, part: volume });
      return;
    }
  };
  for (const volume of records(specOf(pod)['volumes'])) {
    const name = text(volume['name']);
    // The token volume of the service account is made up like the pod itself.
    if (name.startsWith('kube-api-access-')) continue;
    const secret = record(volume['secret']);
    const configMap = record(volume['configMap']);
    check(name, 'Secret', text(secret['secretName']), secret);
    check(name, 'ConfigMap', text(configMap['name']), configMap);
    for (const source of records(record(volume['projected'])['sources'])) {
      check(name, 'Secret', text(record(source['secret'])['name']), record(source['secret']));
      check(name, 'ConfigMap', text(record(source['configMap'])['name']), record(source['configMap']));
    }
  }
  return found;
}

/** What a container's environment names and cannot have: kubelet's CreateContainerConfigError. */
export function missingEnvironment(access: Access, pod: KubeObject, container: Fields): Missing | undefined {
  const namespace = pod.metadata.namespace ?? '';
  const part = text(container['name']);
  const check = (kind: Source, reference: Fields, key?: string): Missing | undefined => {
    const name = text(reference['name']);
    if (name === '' || reference['optional'] === true) return undefined;
    const message = lacks(access, namespace, kind, name, key);
    return message === undefined ? undefined : { waitsFor: `${kind}/${namespace}/${name}`, message, part };
  };
  for (const source of records(container['envFrom'])) {
    const missing =
      check('ConfigMap', record(source['configMapRef'])) ?? check('Secret', record(source['secretRef']));
    if (missing !== undefined) return missing;
  }
  for (const variable of records(container['env'])) {
    const from = record(variable['valueFrom']);
    const configMap = record(from['configMapKeyRef']);
    const secret = record(from['secretKeyRef']);
    const missing =
      check('ConfigMap', configMap, text(configMap['key'])) ?? check('Secret', secret, text(secret['key']));
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The claims a pod mounts that are not bound yet. */
export function unboundClaims(access: Access, pod: KubeObject): readonly Missing[] {
  const namespace = pod.metadata.namespace ?? '';
  const found: Missing[] = [];
  for (const volume of records(specOf(pod)['volumes'])) {
    const name = text(record(volume['persistentVolumeClaim'])['claimName']);
    if (name === '') continue;
    const claim = access.get('', 'PersistentVolumeClaim', namespace, name);
    const waitsFor = `PersistentVolumeClaim/${namespace}/${name}`;
    const part = text(volume['name']);
    if (claim === undefined)
      found.push({ waitsFor, message: `persistentvolumeclaim "${name}" not found`, part });
    else if (record(claim['status'])['phase'] !== 'Bound') {
      found.push({ waitsFor, message: 'pod has unbound immediate PersistentVolumeClaims', part });
    }
  }
  return found;
}
