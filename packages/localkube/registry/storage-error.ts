import type { Served } from './catalogue.ts';

/** Resources whose place in upstream's storage has another name. */
const places: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
};
/** Groups whose resources have their group in the place, as custom ones have. */
const grouped = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** What upstream's storage says where an object is not the one that was meant; the text names the place it is kept at. */
export function storageErrorText(resource: Served, namespace: string, name: string, why: string): string {
  const { group, plural } = resource;
  const place =
    resource.custom || grouped.has(group) ? `${group}/${plural}` : (places[`${group}/${plural}`] ?? plural);
  const key = ['/registry', place, ...(namespace === '' ? [] : [namespace]), name].join('/');
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
}
