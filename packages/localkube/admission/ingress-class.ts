import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import { record } from './match.ts';
import type { AdmissionRequest } from './types.ts';

const group = 'networking.k8s.io';
const isDefault = 'ingressclass.kubernetes.io/is-default-class';
const oldAnnotation = 'kubernetes.io/ingress.class';

/** A new Ingress without a class gets the default one; of several the newest. True: changed. */
export function fillIngressClass(request: AdmissionRequest, access: Access): boolean {
  const { resource, object, operation, subresource } = request;
  if (operation !== 'CREATE' || resource.group !== group || resource.plural !== 'ingresses') return false;
  if (object === undefined || subresource !== '') return false;
  const spec = record(object['spec']);
  if (spec['ingressClassName'] !== undefined) return false;
  if (record(object.metadata['annotations'])[oldAnnotation] !== undefined) return false;
  const [chosen] = Array.from(access.list(group, 'IngressClass'))
    .filter((one) => one.metadata.annotations?.[isDefault] === 'true')
    .toSorted(newestFirst);
  if (chosen === undefined) return false;
  object['spec'] = { ...spec, ingressClassName: chosen.metadata.name };
  return true;
}

function newestFirst(a: KubeObject, b: KubeObject): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? 1 : -1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
