import type { KubeObject } from '@plumbline/api';
import { equalData } from '@plumbline/base';
import type { FieldError, KindHooks } from '../registry/types.ts';
import { ageColumn, column, nameColumn } from './columns.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fillZero,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  text,
} from './fields.ts';

import { dnsSubdomain, pathSegment } from './names.ts';
import { validateSelector } from './selectors.ts';

const GROUP = 'rbac.authorization.k8s.io';
const createdColumn = column('Created At', (o) => text(o.metadata.creationTimestamp), { type: 'date' });

function roleHooks(cluster: boolean): KindHooks {
  return {
    createOnUpdate: true,
    default(draft) {
      // rules is written as null where there are none.
      if (draft['rules'] === undefined) draft['rules'] = null;
    },
    validate(object) {
      const errors = records(object['rules']).flatMap((rule, index) =>
        validateRule(rule, `rules[${index}]`, cluster),
      );
      const aggregation = object['aggregationRule'];
      if (
        cluster &&
        !isAbsent(aggregation) &&
        list(record(aggregation)['clusterRoleSelectors']).length === 0
      ) {
        errors.push(
          required(
            'aggregationRule.clusterRoleSelectors',
            'at least one clusterRoleSelector required if aggregationRule is non-nil',
          ),
        );
      }
      for (const [index, selector] of records(
        record(cluster ? aggregation : undefined)['clusterRoleSelectors'],
      ).entries()) {
        const at = `aggregationRule.clusterRoleSelectors[${index}]`;
        const mistakes = validateSelector(selector, at);
        errors.push(...mistakes);
        if (mistakes.length > 0) errors.push(invalid(at, null, 'invalid label selector.'));
      }
      return errors;
    },
    columns: [nameColumn, createdColumn],
  };
}

export const roleKind = roleHooks(false);
export const clusterRoleKind = roleHooks(true);

function validateRule(rule: Fields, at: string, cluster: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (list(rule['verbs']).length === 0)
    errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
  if (list(rule['nonResourceURLs']).length > 0) {
    if (!cluster) {
      errors.push(
        invalid(
          `${at}.nonResourceURLs`,
          rule['nonResourceURLs'],
          'namespaced rules cannot apply to non-resource URLs',
        ),
      );
    }
    if (
      list(rule['apiGroups']).length + list(rule['resources']).length + list(rule['resourceNames']).length >
      0
    ) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(`${at}.nonResourceURLs`, rule['nonResourceURLs'], detail));
    }
    return errors;
  }
  if (list(rule['apiGroups']).length === 0)
    errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
  if (list(rule['resources']).length === 0)
    errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  return errors;
}

function bindingHooks(cluster: boolean): KindHooks {
  return {
    createOnUpdate: true,
    default(draft) {
      fillZero(child(draft, 'roleRef'), 'apiGroup', GROUP);
      for (const subject of records(draft['subjects'])) {
        if (subject['kind'] === 'User' || subject['kind'] === 'Group') fillZero(subject, 'apiGroup', GROUP);
      }
    },
    validate: (object, previous) => validateBinding(object, previous, cluster),
    columns: [
      nameColumn,
      column('Role', (o) => `${text(record(o['roleRef'])['kind'])}/${text(record(o['roleRef'])['name'])}`),
      ageColumn,
      column('Users', (o) => subjects(o, 'User'), { wide: true }),
      column('Groups', (o) => subjects(o, 'Group'), { wide: true }),
      column('ServiceAccounts', (o) => subjects(o, 'ServiceAccount'), { wide: true }),
    ],
  };
}

export const roleBindingKind = bindingHooks(false);
export const clusterRoleBindingKind = bindingHooks(true);

function subjects(object: KubeObject, kind: string): string {
  return records(object['subjects'])
    .filter((subject) => subject['kind'] === kind)
    .map((subject) =>
      kind === 'ServiceAccount'
        ? `${text(subject['namespace'])}/${text(subject['name'])}`
        : text(subject['name']),
    )
    .join(', ');
}

function validateBinding(
  object: KubeObject,
  previous: KubeObject | undefined,
  cluster: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  const role = record(object['roleRef']);
  if (role['apiGroup'] !== GROUP) errors.push(notSupported('roleRef.apiGroup', role['apiGroup'], [GROUP]));
  const kinds = cluster ? ['ClusterRole'] : ['ClusterRole', 'Role'];
  if (!kinds.includes(text(role['kind'])))
    errors.push(notSupported('roleRef.kind', text(role['kind']), cluster ? kinds : ['Role', 'ClusterRole']));
  const roleName = text(role['name']);
  if (roleName === '') errors.push(required('roleRef.name'));
  else errors.push(...invalidEach('roleRef.name', roleName, pathSegment(roleName)));
  for (const [index, subject] of records(object['subjects']).entries()) {
    errors.push(...validateSubject(subject, `subjects[${index}]`, cluster));
  }
  if (previous !== undefined && !equalData(object['roleRef'], previous['roleRef'])) {
    const shown = {
      APIGroup: text(role['apiGroup']),
      Kind: text(role['kind']),
      Name: text(role['name']),
    };
    errors.push(invalid('roleRef', shown, 'cannot change roleRef'));
  }
  return errors;
}

function validateSubject(subject: Fields, at: string, cluster: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(subject['name']);
  if (name === '') errors.push(required(`${at}.name`));
  const group = text(subject['apiGroup']);
  switch (subject['kind']) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...invalidEach(`${at}.name`, name, dnsSubdomain(name, false)));
      if (group !== '') errors.push(notSupported(`${at}.apiGroup`, group, ['']));
      if (cluster && text(subject['namespace']) === '') errors.push(required(`${at}.namespace`));
      break;
    case 'User':
    case 'Group':
      if (group !== GROUP) errors.push(notSupported(`${at}.apiGroup`, group, [GROUP]));
      break;
    default:
      errors.push(notSupported(`${at}.kind`, text(subject['kind']), ['ServiceAccount', 'User', 'Group']));
  }
  return errors;
}
