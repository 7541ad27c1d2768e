import type { KubeObject } from '@plumbline/api';
import { record } from '../kinds/fields.ts';
import { StatusError } from '../registry/types.ts';
import type { ControllerContext } from './runtime/context.ts';
import { MANAGER, isDeleting } from './runtime/objects.ts';

const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Gives each namespace its ServiceAccount `default` and the ConfigMap with the root certificate, and keeps them. */
export function startAccounts(context: ControllerContext, rootCertificate: () => string): void {
  const { access } = context;
  const queue = context.loop.queue('accounts', (name) => {
    const namespace = access.get('', 'Namespace', '', name);
    if (namespace === undefined || isDeleting(namespace)) return;
    if (access.get('', 'ServiceAccount', name, 'default') === undefined) {
      create(context, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: name },
      });
    }
    const present = access.get('', 'ConfigMap', name, ROOT_CA);
    if (present === undefined) create(context, rootConfigMap(name, rootCertificate()));
    else if (record(present['data'])['ca.crt'] !== rootCertificate()) {
      access.update({ ...present, data: { 'ca.crt': rootCertificate() } }, MANAGER);
    }
  });
  context.watch('', 'Namespace', ({ type, object }) => {
    if (type === 'added') queue.add(object.metadata.name);
  });
  context.watch('', 'ServiceAccount', ({ type, object }) => {
    if (type === 'deleted' && object.metadata.name === 'default') queue.add(object.metadata.namespace ?? '');
  });
  context.watch('', 'ConfigMap', ({ type, object }) => {
    if (type !== 'added' && object.metadata.name === ROOT_CA) queue.add(object.metadata.namespace ?? '');
  });
}

function rootConfigMap(namespace: string, certificate: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: ROOT_CA, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } },
    data: { 'ca.crt': certificate },
  };
}

function create(context: ControllerContext, object: KubeObject): void {
  try {
    context.access.create(object, MANAGER);
  } catch (thrown) {
    if (!(thrown instanceof StatusError) || thrown.status.reason !== 'AlreadyExists') throw thrown;
  }
}
