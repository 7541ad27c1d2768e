import type { Served } from './catalogue.ts';
import { badRequest, failure } from './errors.ts';
import type { Draft } from './types.ts';

/** Where an object belongs by its request: its name, its namespace, the version that it replaces. */

export function unnamed(name: string): Error {
  return badRequest(
    `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  );
}

export function checkName(draft: Draft, name: string): void {
  if (draft.metadata.name === '') draft.metadata.name = name;
  if (draft.metadata.name === name) return;
  throw badRequest(
    `the name of the object (${draft.metadata.name}) does not match the name on the URL (${name})`,
  );
}

export function placeInNamespace(resource: Served, draft: Draft, namespace: string): void {
  if (!resource.namespaced) {
    // Objects in cluster scope lose a namespace without a word.
    delete draft.metadata.namespace;
    return;
  }
  const given = draft.metadata.namespace ?? '';
  if (given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  draft.metadata.namespace = namespace;
}

/** '0' stands for no version; what is no number cannot be compared. */
export function checkVersionText(draft: Draft): void {
  const version = draft.metadata['resourceVersion'];
  if (version === '0') delete draft.metadata['resourceVersion'];
  else if (typeof version === 'string' && !/^\d+$/.test(version)) {
    throw failure(500, undefined, `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  }
}
