import {
  keyOf,
  keyText,
  type KubeObject,
  type LiveObject,
  type Observation,
  type RunRequest,
  type Target,
  type TargetPolicy,
  type TargetResource,
} from '@plumbline/api';

const policy: TargetPolicy = {
  automated: false,
  prune: false,
  heal: false,
  allowEmpty: false,
  prunePropagation: 'Foreground',
  pruneLast: false,
  onlyOutOfSync: false,
  ignore: [],
  failOnShared: false,
};

export const request: RunRequest = { prune: false, dryRun: false, hooks: true, force: false };

/** A resource of a target with the usual options. */
export function resource(object: KubeObject, more: Partial<TargetResource> = {}): TargetResource {
  return {
    key: keyOf(object),
    object,
    origin: { file: 'all.yaml', line: 1, document: 0 },
    phase: 'main',
    wave: 0,
    apply: { mode: 'client', force: false, validate: true, tolerateMissingKind: false },
    prune: 'yes',
    pruneLast: false,
    ignoreExtraneous: false,
    ...more,
  };
}

export function target(resources: readonly TargetResource[], more: Partial<TargetPolicy> = {}): Target {
  return {
    key: 'team',
    cluster: 'here',
    resources,
    policy: { ...policy, ...more },
    fieldManager: 'keeper',
  };
}

export function live(object: KubeObject, more: Partial<LiveObject> = {}): LiveObject {
  return { key: keyOf(object), object, owner: 'team', ...more };
}

export function observe(...objects: readonly LiveObject[]): Observation {
  return { objects: new Map(objects.map((object) => [keyText(object.key), object])) };
}

export function configMap(name: string, data: Readonly<Record<string, string>> = { k: 'v' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'ns' }, data };
}
