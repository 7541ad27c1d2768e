import { isRecord } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { Application, ApplicationSpec, SyncRequest } from '@plumbline/api';
import { badRequest } from '../http/errors.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** An Application out of a body; the rest of its rules are the definition's, which the cluster checks. */
export function readApplication(body: Fields, namespace: string): Application {
  const { metadata } = body;
  if (!isRecord(metadata)) throw badRequest('metadata', 'is missing');
  if (typeof metadata['name'] !== 'string' || !NAME.test(metadata['name']) || metadata['name'].length > 253) {
    throw badRequest('metadata.name', 'must be a name in lower case letters, digits, - and .');
  }
  const { name } = metadata;
  if (metadata['namespace'] !== undefined && typeof metadata['namespace'] !== 'string') {
    throw badRequest('metadata.namespace', 'must be a text');
  }
  if (!isRecord(body['spec'])) throw badRequest('spec', 'is missing');
  const labels = readTexts(metadata, 'labels');
  const annotations = readTexts(metadata, 'annotations');
  const { finalizers } = metadata;
  if (
    finalizers !== undefined &&
    !(Array.isArray(finalizers) && finalizers.every((f) => typeof f === 'string'))
  ) {
    throw badRequest('metadata.finalizers', 'must be a list of texts');
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace:
        metadata['namespace'] === undefined || metadata['namespace'] === ''
          ? namespace
          : metadata['namespace'],
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers: finalizers as readonly string[] }),
    },
    spec: readSpec(body['spec']),
  };
}

/** Checks a spec that came from outside and fills in the project. Throws with the field's name. */
export function readSpec(spec: Fields): ApplicationSpec {
  const { source, sources, destination } = spec;
  if (!isRecord(destination)) throw badRequest('spec.destination', 'is missing');
  if (destination['server'] === undefined && destination['name'] === undefined) {
    throw badRequest('spec.destination', 'needs a server or the name of one');
  }
  const all = Array.isArray(sources) && sources.length > 0 ? sources : [source];
  all.forEach((one: unknown, i) => {
    const where = all.length > 1 || source === undefined ? `spec.sources[${i}]` : 'spec.source';
    if (!isRecord(one)) throw badRequest(Array.isArray(sources) ? where : 'spec.source', 'is missing');
    if (typeof one['repoURL'] !== 'string' || one['repoURL'] === '')
      throw badRequest(`${where}.repoURL`, 'is missing');
  });
  const { project } = spec;
  if (project !== undefined && typeof project !== 'string')
    throw badRequest('spec.project', 'must be a text');
  return { ...spec, project: project === undefined || project === '' ? 'default' : project };
}

/** Checks the body of a sync. Throws with the field's name. */
export function readSync(body: Fields): SyncRequest {
  const { revision, resources, syncOptions, strategy, infos, retryStrategy } = body;
  if (revision !== undefined && typeof revision !== 'string') throw badRequest('revision', 'must be a text');
  for (const field of ['prune', 'dryRun'] as const) {
    if (body[field] !== undefined && typeof body[field] !== 'boolean')
      throw badRequest(field, 'must be true or false');
  }
  if (resources !== undefined && resources !== null) checkResources(resources);
  if (syncOptions !== undefined && syncOptions !== null && !isRecord(syncOptions)) {
    throw badRequest('syncOptions', 'must be {items: [...]}');
  }
  if (strategy !== undefined && strategy !== null && !isRecord(strategy))
    throw badRequest('strategy', 'must be an object');
  if (retryStrategy !== undefined && retryStrategy !== null && !isRecord(retryStrategy)) {
    throw badRequest('retryStrategy', 'must be an object');
  }
  if (infos !== undefined && infos !== null && !Array.isArray(infos))
    throw badRequest('infos', 'must be a list');
  // Clients in Go send null for what they leave out.
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as SyncRequest;
}

function checkResources(resources: unknown): void {
  if (!Array.isArray(resources)) throw badRequest('resources', 'must be a list');
  resources.forEach((resource: unknown, i) => {
    if (!isRecord(resource)) throw badRequest(`resources[${i}]`, 'must be an object');
    if (typeof resource['kind'] !== 'string') throw badRequest(`resources[${i}].kind`, 'is missing');
    if (typeof resource['name'] !== 'string') throw badRequest(`resources[${i}].name`, 'is missing');
  });
}

function readTexts(
  metadata: Fields,
  field: 'labels' | 'annotations',
): Readonly<Record<string, string>> | undefined {
  const value = metadata[field];
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value) || !Object.values(value).every((v) => typeof v === 'string')) {
    throw badRequest(`metadata.${field}`, 'must be texts by name');
  }
  return value as Readonly<Record<string, string>>;
}
