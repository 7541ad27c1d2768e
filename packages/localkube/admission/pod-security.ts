import { isRecord } from '@plumbline/base';
import { invalid } from '../registry/errors.ts';
import type { FieldError } from '../registry/types.ts';
import type { KubeObject } from '@plumbline/api';
import { violations, type Level } from './pod-security-checks.ts';
import { record } from './match.ts';
import { refuse } from './refuse.ts';
import type { AdmissionRequest } from './types.ts';

const prefix = 'pod-security.kubernetes.io/';
const levels: readonly string[] = ['privileged', 'baseline', 'restricted'];

/** Where the pods of workloads are described. */
const templates: Readonly<Record<string, readonly string[]>> = {
  '/replicationcontrollers': ['spec', 'template'],
  '/podtemplates': ['template'],
  'apps/replicasets': ['spec', 'template'],
  'apps/deployments': ['spec', 'template'],
  'apps/daemonsets': ['spec', 'template'],
  'apps/statefulsets': ['spec', 'template'],
  'batch/jobs': ['spec', 'template'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template'],
};

interface Policy {
  readonly level: Level;
  readonly version: string;
}

/** Holds pods against the security level that their namespace's labels ask for; workloads are only warned about. */
export function checkPodSecurity(request: AdmissionRequest, namespace: KubeObject | undefined): void {
  const { resource, subresource, object, old, operation } = request;
  if (object === undefined || namespace === undefined || operation === 'DELETE') return;
  const labels = namespace.metadata.labels ?? {};
  const isPod = resource.group === '' && resource.plural === 'pods';
  const path = isPod ? [] : templates[`${resource.group}/${resource.plural}`];
  if (path === undefined || (subresource !== '' && !(isPod && subresource === 'ephemeralcontainers'))) return;
  if (isPod && old !== undefined && object['spec'] === old.spec) return;
  const pod = path.reduce<unknown>((at, name) => record(at)[name], object);
  if (!isRecord(pod) || !isRecord(pod['spec'])) return;
  const enforced = isPod ? policyOf(labels, 'enforce') : undefined;
  if (enforced !== undefined) {
    const found = violations(pod, enforced.level);
    if (found.length > 0)
      throw refuse(request, `violates PodSecurity ${shown(enforced)}: ${found.join(', ')}`);
  }
  const warned = policyOf(labels, 'warn');
  if (warned === undefined) return;
  const found = violations(pod, warned.level);
  if (found.length > 0) request.warn(`would violate PodSecurity ${shown(warned)}: ${found.join(', ')}`);
}

function policyOf(labels: Readonly<Record<string, string>>, mode: string): Policy | undefined {
  const wanted = labels[`${prefix}${mode}`];
  if (wanted === undefined) return undefined;
  // What is not understood is taken as the strictest, as upstream does.
  const level = (levels.includes(wanted) ? wanted : 'restricted') as Level;
  return { level, version: labels[`${prefix}${mode}-version`] ?? 'latest' };
}

function shown({ level, version }: Policy): string {
  return JSON.stringify(`${level}:${version}`);
}

/** The labels of a namespace that choose its levels have to be understood. */
export function checkSecurityLabels({ resource, object, old, operation }: AdmissionRequest): void {
  if (resource.group !== '' || resource.plural !== 'namespaces' || object === undefined) return;
  const labels = record(object.metadata['labels']);
  const errors: FieldError[] = [];
  for (const mode of ['enforce', 'audit', 'warn']) {
    const check = (key: string, good: (value: string) => boolean, why: string): void => {
      const value = labels[key];
      if (typeof value !== 'string' || good(value) || value === old?.metadata.labels?.[key]) return;
      const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
      errors.push({ reason: 'FieldValueInvalid', field: `metadata.labels[${key}]`, message });
    };
    check(
      `${prefix}${mode}`,
      (value) => levels.includes(value),
      'must be one of privileged, baseline, restricted',
    );
    check(
      `${prefix}${mode}-version`,
      (value) => value === 'latest' || /^v1\.(?:0|[1-9]\d*)$/.test(value),
      'must be "latest" or "v1.x"',
    );
  }
  if (errors.length > 0 && operation !== 'DELETE')
    throw invalid('', 'Namespace', object.metadata.name, errors);
}
