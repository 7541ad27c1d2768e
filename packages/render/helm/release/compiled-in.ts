import { apiVersionsDefault } from '../api-versions.ts';

const versions = new Set(apiVersionsDefault);

/**
 * Whether Helm has the types of an API version compiled in: objects of these get strategic merge patches, all others
 * plain ones. The first version of definitions counts as the others do.
 */
export function isCompiledInVersion(apiVersion: string): boolean {
  return versions.has(apiVersion) && apiVersion !== 'apiextensions.k8s.io/v1beta1';
}
