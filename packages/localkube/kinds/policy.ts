import { validateResourceName, isQuotaResource, validateAmount } from './resource-names.ts';
import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { notOverHundred, validateIntOrPercent } from './apps-validation.ts';
import { validateAutoscaler } from './autoscaler-validation.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  child,
  fill,
  forbidden,
  integer,
  invalid,
  isAbsent,
  list,
  oneOf,
  optionalOneOf,
  record,
  records,
  invalidEach,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsLabelStrict } from './names.ts';
import { definitionFor } from '@plumbline/api/schema';
import { shownField } from '../schema/index.ts';
import { goValue } from './go-value.ts';
import { parseQuantity } from './quantity.ts';
import { equalData } from '@plumbline/base';
import { validateLabels } from './selectors.ts';
import { validateTolerations } from './pod-scheduling-validation.ts';
import { validateSelector } from './selectors.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);
const status = (object: KubeObject): Fields => record(object['status']);

export const disruptionBudgetHooks: KindHooks = {
  unconditionalUpdate: false,
  generation: true,
  status: true,
  default(draft) {
    const counts = child(draft, 'status');
    for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'])
      fill(counts, field, 0);
  },
  validate(object) {
    const part = spec(object);
    const errors: FieldError[] = [];
    const { minAvailable, maxUnavailable } = part;
    if (!isAbsent(minAvailable) && !isAbsent(maxUnavailable)) {
      const shown = {
        MinAvailable: minAvailable,
        Selector: part['selector'] ?? null,
        MaxUnavailable: maxUnavailable,
        UnhealthyPodEvictionPolicy: part['unhealthyPodEvictionPolicy'] ?? null,
      };
      errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'));
    }
    for (const [field, value] of [
      ['minAvailable', minAvailable],
      ['maxUnavailable', maxUnavailable],
    ] as const) {
      errors.push(...validateIntOrPercent(value, `spec.${field}`), ...notOverHundred(value, `spec.${field}`));
    }
    errors.push(...validateSelector(part['selector'], 'spec.selector'));
    const policies = ['AlwaysAllow', 'IfHealthyBudget'];
    errors.push(
      ...optionalOneOf('spec.unhealthyPodEvictionPolicy', part['unhealthyPodEvictionPolicy'], policies),
    );
    return errors;
  },
  columns: [
    nameColumn,
    column('Min Available', (o) => shownOr(spec(o)['minAvailable'])),
    column('Max Unavailable', (o) => shownOr(spec(o)['maxUnavailable'])),
    column('Allowed Disruptions', (o) => integer(status(o)['disruptionsAllowed']), { type: 'integer' }),
    ageColumn,
  ],
};

function shownOr(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : 'N/A';
}

const KNOWN_PRIORITIES = new Set(['system-cluster-critical', 'system-node-critical']);

export const priorityClassHooks: KindHooks = {
  generation: true,
  default: (draft) => {
    fill(draft, 'value', 0);
    fill(draft, 'preemptionPolicy', 'PreemptLowerPriority');
  },
  validate(object, previous) {
    const name = object.metadata.name;
    const errors: FieldError[] = [];
    if (previous !== undefined) {
      if (integer(previous['value']) !== integer(object['value']))
        errors.push(forbidden('value', 'may not be changed in an update.'));
      if (previous['preemptionPolicy'] !== object['preemptionPolicy'])
        errors.push(invalid('preemptionPolicy', object['preemptionPolicy'], 'field is immutable'));
      return errors;
    }
    if (name.startsWith('system-') && !KNOWN_PRIORITIES.has(name)) {
      const detail =
        "priority class names with 'system-' prefix are reserved for system use only. error: " +
        `${name} is not a known system priority class`;
      errors.push(forbidden('metadata.name', detail));
    } else if (!name.startsWith('system-') && integer(object['value']) > 1_000_000_000) {
      errors.push(forbidden('value', 'maximum allowed value of a user defined priority is 1000000000'));
    }
    errors.push(...oneOf('preemptionPolicy', object['preemptionPolicy'], ['PreemptLowerPriority', 'Never']));
    return errors;
  },
  columns: [
    nameColumn,
    column('Value', (o) => integer(o['value']), { type: 'integer' }),
    column('Global-Default', (o) => o['globalDefault'] === true, { type: 'boolean' }),
    ageColumn,
    column('PreemptionPolicy', (o) => text(o['preemptionPolicy'])),
  ],
};

export const autoscalerHooks: KindHooks = {
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fill(part, 'minReplicas', 1);
    if (draft.apiVersion.endsWith('/v2')) {
      if (list(part['metrics']).length === 0) {
        part['metrics'] = [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ];
      }
      if (!isAbsent(part['behavior'])) defaultBehavior(child(part, 'behavior'));
      const counts = child(draft, 'status');
      fill(counts, 'desiredReplicas', 0);
      if (counts['currentMetrics'] === undefined) counts['currentMetrics'] = null;
    } else {
      if (isAbsent(part['targetCPUUtilizationPercentage'])) part['targetCPUUtilizationPercentage'] = 80;
      const counts = child(draft, 'status');
      fill(counts, 'currentReplicas', 0);
      fill(counts, 'desiredReplicas', 0);
    }
  },
  validate: (object, previous) =>
    validateAutoscaler(spec(object), previous === undefined ? undefined : spec(previous)),
  columns: [
    nameColumn,
    column('Reference', (o) => {
      const target = record(spec(o)['scaleTargetRef']);
      return `${text(target['kind'])}/${text(target['name'])}`;
    }),
    column('Targets', targets),
    column('MinPods', (o) => String(integer(spec(o)['minReplicas'], 1))),
    column('MaxPods', (o) => integer(spec(o)['maxReplicas'])),
    column('Replicas', (o) => integer(status(o)['currentReplicas'])),
    ageColumn,
  ],
};

function defaultBehavior(behavior: Fields): void {
  const up = child(behavior, 'scaleUp');
  fill(up, 'stabilizationWindowSeconds', 0);
  fill(up, 'selectPolicy', 'Max');
  // Policies that are given empty are a mistake, absent ones are not.
  if (shownField(up, 'policies') === null) {
    up['policies'] = [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ];
  }
  const down = child(behavior, 'scaleDown');
  fill(down, 'selectPolicy', 'Max');
  if (shownField(down, 'policies') === null)
    down['policies'] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];
}

function targets(object: KubeObject): string {
  const metrics = records(spec(object)['metrics']);
  const share = spec(object)['targetCPUUtilizationPercentage'];
  if (typeof share === 'number') return `cpu: <unknown>/${share}%`;
  if (metrics.length === 0) return '<none>';
  const present = records(status(object)['currentMetrics']);
  const shown = metrics.map((metric, index) => targetText(metric, record(present[index])));
  const more = shown.length - shownTargetsMax;
  return shown.slice(0, shownTargetsMax).join(', ') + (more > 0 ? ` + ${more} more...` : '');
}

const shownTargetsMax = 2;

/** What a metric is and ought to be. */
function targetText(metric: Fields, present: Fields): string {
  const type = text(metric['type']);
  const source = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const part = record(metric[source]);
  const [target, current] = [record(part['target']), record(record(present[source])['current'])];
  const amount = (field: string): string => text(current[field]) || '<unknown>';
  if (type === 'Pods') return `${amount('averageValue')}/${text(target['averageValue'])}`;
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = text(part['name']);
    if (!isAbsent(target['averageValue']))
      return `${name}: ${amount('averageValue')}/${text(target['averageValue'])}`;
    const share = current['averageUtilization'];
    const wanted = target['averageUtilization'];
    return `${name}: ${typeof share === 'number' ? `${share}%` : '<unknown>'}/${typeof wanted === 'number' ? `${wanted}%` : '<auto>'}`;
  }
  if (!isAbsent(target['averageValue']))
    return `${amount('averageValue')}/${text(target['averageValue'])} (avg)`;
  return `${amount('value')}/${text(target['value']) || '<nil>'}`;
}

export const runtimeClassHooks: KindHooks = {
  unconditionalUpdate: false,
  validate(object, previous) {
    const handler = text(object['handler']);
    const errors =
      handler === '' ? [required('handler')] : invalidEach('handler', handler, dnsLabelStrict(handler));
    if (previous !== undefined && previous['handler'] !== handler)
      errors.push(invalid('handler', handler, 'field is immutable'));
    for (const [name, amount] of Object.entries(record(record(object['overhead'])['podFixed']))) {
      const quantity = parseQuantity(amount);
      if (quantity !== undefined && quantity < 0n)
        errors.push(invalid(`overhead.limits[${name}]`, amount, 'must be greater than or equal to 0'));
    }
    const scheduling = record(object['scheduling']);
    errors.push(...validateLabels(scheduling['nodeSelector'], 'scheduling.nodeSelector'));
    const tolerations = records(scheduling['tolerations']);
    errors.push(...validateTolerations(tolerations, 'scheduling.tolerations'));
    for (const [index, one] of tolerations.entries()) {
      if (!tolerations.slice(0, index).some((earlier) => equalData(earlier, one))) continue;
      const shown = goValue(definitionFor('io.k8s.api.core.v1.Toleration'), one);
      errors.push(duplicate(`scheduling.tolerations[${index}]`, shown));
    }
    return errors;
  },
  columns: [nameColumn, column('Handler', (o) => text(o['handler'])), ageColumn],
};

export const quotaHooks: KindHooks = {
  status: true,
  default: (draft) => fill(draft, 'status', {}),
  validate(object, previous) {
    const part = spec(object);
    const errors: FieldError[] = [];
    for (const [name, amount] of Object.entries(record(part['hard']))) {
      const field = `spec.hard[${name}]`;
      errors.push(...validateResourceName(name, field));
      if (!name.includes('/') && !isQuotaResource(name))
        errors.push(invalid(field, name, 'must be a standard resource for quota'));
      errors.push(...validateAmount(name, amount, field));
    }
    errors.push(...validateScopes(part), ...validateScopeSelector(part));
    const scopes = (quota: Fields): readonly string[] => [...new Set(strings(quota['scopes']))].toSorted();
    if (previous !== undefined && !equalData(scopes(spec(previous)), scopes(part)))
      errors.push(invalid('spec.scopes', part['scopes'] ?? null, 'field is immutable'));
    return errors;
  },
  columns: [
    nameColumn,
    column('Request', (o) => used(o, false)),
    column('Limit', (o) => used(o, true)),
    ageColumn,
  ],
};

const COMPUTE = new Set(['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);

/** Whether a scope can bound what a quota counts; names outside the standard ones always can. */
function scopeFits(scope: string, name: string): boolean {
  if (!isQuotaResource(name)) return true;
  if (scope === 'VolumeAttributesClass')
    return name === 'persistentvolumeclaims' || name === 'requests.storage';
  if (scope === 'BestEffort') return name === 'pods';
  if (!QUOTA_SCOPES.has(scope)) return true;
  return name === 'pods' || COMPUTE.has(name);
}

function validateScopes(part: Fields): FieldError[] {
  const errors: FieldError[] = [];
  const names = Object.keys(record(part['hard'])).toSorted();
  const scopes = strings(part['scopes']);
  for (const scope of scopes) {
    if (!QUOTA_SCOPES.has(scope)) errors.push(invalid('spec.scopes', scopes, 'unsupported scope'));
    for (const name of names) {
      if (!scopeFits(scope, name))
        errors.push(invalid('spec.scopes', scopes, 'unsupported scope applied to resource'));
    }
  }
  for (const [one, other] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ] as const) {
    if (scopes.includes(one) && scopes.includes(other))
      errors.push(invalid('spec.scopes', scopes, 'conflicting scopes'));
  }
  return errors;
}

const FIXED_SCOPES = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'CrossNamespacePodAffinity',
]);

function validateScopeSelector(part: Fields): FieldError[] {
  if (isAbsent(part['scopeSelector'])) return [];
  const at = 'spec.scopeSelector.matchExpressions';
  const expressions = records(record(part['scopeSelector'])['matchExpressions']);
  const shown = {
    MatchExpressions: expressions.map((one) => ({
      ScopeName: text(one['scopeName']),
      Operator: text(one['operator']),
      Values: one['values'] ?? null,
    })),
  };
  const names = Object.keys(record(part['hard'])).toSorted();
  const errors: FieldError[] = [];
  for (const one of expressions) {
    const [scope, operator] = [text(one['scopeName']), text(one['operator'])];
    const count = list(one['values']).length;
    if (!QUOTA_SCOPES.has(scope)) errors.push(invalid(`${at}.scopeName`, scope, 'unsupported scope'));
    for (const name of names)
      if (!scopeFits(scope, name)) errors.push(invalid(at, shown, 'unsupported scope applied to resource'));
    if (FIXED_SCOPES.has(scope) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(`${at}.operator`, operator, detail));
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0)
        errors.push(
          required(
            `${at}.values`,
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
          ),
        );
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (count > 0)
        errors.push(
          invalid(
            `${at}.values`,
            one['values'],
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
          ),
        );
    } else errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
  }
  return errors;
}

const QUOTA_SCOPES = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]);
function used(object: KubeObject, limits: boolean): string {
  const hard = record(status(object)['hard']);
  const now = record(status(object)['used']);
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === limits)
    .toSorted()
    .map((name) => `${name}: ${text(now[name])}/${text(hard[name])}`)
    .join(', ');
}
