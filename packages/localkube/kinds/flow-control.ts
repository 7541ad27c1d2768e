import type { KubeObject } from '@plumbline/api';
import type { FieldError, KindHooks } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  child,
  fill,
  fillZero,
  forbidden,
  inRange,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsLabelStrict, dnsSubdomain } from './names.ts';

const spec = (object: KubeObject): Fields => record(object['spec']);

const HIGHEST_PRECEDENCE = 10_000;

export const flowSchemaHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    fillZero(part, 'matchingPrecedence', 1000);
    for (const rule of records(part['rules']))
      for (const one of records(rule['subjects']))
        if (one['kind'] === 'ServiceAccount') child(one, 'serviceAccount');
  },
  validate(object) {
    const part = spec(object);
    const errors: FieldError[] = [];
    const precedence = integer(part['matchingPrecedence']);
    const at = 'spec.matchingPrecedence';
    if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
    if (precedence > HIGHEST_PRECEDENCE)
      errors.push(invalid(at, precedence, `must not be greater than ${HIGHEST_PRECEDENCE}`));
    if (precedence === 1 && object.metadata.name !== 'exempt')
      errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
    const method = part['distinguisherMethod'];
    const type = text(record(method)['type']);
    if (!isAbsent(method) && type !== 'ByUser' && type !== 'ByNamespace')
      errors.push(notSupported('spec.distinguisherMethod.type', { Type: type }, ['ByNamespace', 'ByUser']));
    const level = text(record(part['priorityLevelConfiguration'])['name']);
    const place = 'spec.priorityLevelConfiguration.name';
    if (level === '') errors.push(required(place, 'must reference a priority level'));
    else errors.push(...invalidEach(place, level, dnsSubdomain(level, false)));
    for (const [index, rule] of records(part['rules']).entries())
      errors.push(...validateRule(rule, `spec.rules[${index}]`));
    return errors;
  },
};

function validateRule(rule: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const subjects = records(rule['subjects']);
  if (subjects.length === 0)
    errors.push(required(`${at}.subjects`, 'subjects must contain at least one value'));
  for (const [index, subject] of subjects.entries())
    errors.push(...validateSubject(subject, `${at}.subjects[${index}]`));
  const resources = records(rule['resourceRules']);
  const others = records(rule['nonResourceRules']);
  if (resources.length === 0 && others.length === 0)
    errors.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  for (const [index, one] of resources.entries())
    errors.push(...validateResourceRule(one, `${at}.resourceRules[${index}]`));
  for (const [index, one] of others.entries())
    errors.push(...validateOtherRule(one, `${at}.nonResourceRules[${index}]`));
  return errors;
}

const SUBJECTS: Readonly<Record<string, string>> = {
  Group: 'group',
  ServiceAccount: 'serviceAccount',
  User: 'user',
};

function validateSubject(subject: Fields, at: string): FieldError[] {
  const kind = text(subject['kind']);
  const own = SUBJECTS[kind];
  if (own === undefined) return [notSupported(`${at}.kind`, kind, Object.keys(SUBJECTS))];
  const errors: FieldError[] = [];
  if (isAbsent(subject[own]))
    errors.push(required(`${at}.${own}`, `${own} is required when subject kind is '${kind}'`));
  else if (kind === 'ServiceAccount') errors.push(...validateAccount(record(subject[own]), `${at}.${own}`));
  else if (text(record(subject[own])['name']) === '') errors.push(required(`${at}.${own}.name`));
  for (const [other, field] of Object.entries(SUBJECTS)) {
    if (other !== kind && !isAbsent(subject[field]))
      errors.push(forbidden(`${at}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
  }
  return errors;
}

function validateAccount(account: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(account['name']);
  if (name === '') errors.push(required(`${at}.name`));
  else if (name !== '*') errors.push(...invalidEach(`${at}.name`, name, dnsSubdomain(name, false)));
  const namespace = text(account['namespace']);
  if (namespace === '')
    errors.push(required(`${at}.namespace`, 'must specify namespace for service account'));
  else errors.push(...invalidEach(`${at}.namespace`, namespace, dnsLabelStrict(namespace)));
  return errors;
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateVerbs(rule: Fields, at: string, known: readonly string[], what: string): FieldError[] {
  const verbs = strings(rule['verbs']);
  if (verbs.length === 0) return [required(`${at}.verbs`, `${what} must contain at least one value`)];
  if (verbs.includes('*')) {
    return verbs.length === 1
      ? []
      : [invalid(`${at}.verbs`, verbs, "if '*' is present, must not specify other verbs")];
  }
  return verbs.every((verb) => known.includes(verb)) ? [] : [notSupported(`${at}.verbs`, verbs, known)];
}

function validateResourceRule(rule: Fields, at: string): FieldError[] {
  const errors = validateVerbs(rule, at, VERBS, 'verbs');
  for (const [field, what] of [
    ['apiGroups', 'api groups'],
    ['resources', 'resources'],
  ] as const) {
    const values = strings(rule[field]);
    if (values.length === 0)
      errors.push(required(`${at}.${field}`, `resource rules must supply at least one ${what.slice(0, -1)}`));
    else if (values.length > 1 && values.includes('*'))
      errors.push(invalid(`${at}.${field}`, values, `if '*' is present, must not specify other ${what}`));
  }
  const namespaces = strings(rule['namespaces']);
  if (namespaces.length === 0 && rule['clusterScope'] !== true)
    errors.push(
      required(
        `${at}.namespaces`,
        'resource rules that are not cluster scoped must supply at least one namespace',
      ),
    );
  else if (namespaces.length > 1 && namespaces.includes('*'))
    errors.push(invalid(`${at}.namespaces`, namespaces, 'may not contain other namespaces if includes "*"'));
  else if (!namespaces.includes('*'))
    for (const [index, name] of namespaces.entries())
      for (const why of dnsLabelStrict(name))
        errors.push(
          invalid(
            `${at}.namespaces[${index}]`,
            name,
            `each member of this list must be '*' or a DNS-1123 label; ${why}`,
          ),
        );
  return errors;
}

function validateOtherRule(rule: Fields, at: string): FieldError[] {
  const errors = validateVerbs(rule, at, VERBS, 'verbs');
  const urls = list(rule['nonResourceURLs']).map(text);
  const place = `${at}.nonResourceURLs`;
  if (urls.length === 0)
    return [...errors, required(place, 'nonResourceURLs must contain at least one value')];
  if (urls.length > 1 && urls.includes('*'))
    return [...errors, invalid(place, urls, "if '*' is present, must not specify other non-resource URLs")];
  for (const [index, url] of urls.entries()) {
    if (url === '*') continue;
    if (url === '') errors.push(invalid(`${place}[${index}]`, url, 'must not be empty'));
    else if (!url.startsWith('/')) errors.push(invalid(`${place}[${index}]`, url, 'must start with slash'));
  }
  return errors;
}

const SHARES = 30;

export const priorityLevelHooks: KindHooks = {
  generation: true,
  status: true,
  default(draft) {
    const part = child(draft, 'spec');
    if (part['type'] === 'Exempt') {
      const exempt = child(part, 'exempt');
      fill(exempt, 'nominalConcurrencyShares', 0);
      fill(exempt, 'lendablePercent', 0);
    }
    if (isAbsent(part['limited'])) return;
    const limited = child(part, 'limited');
    fill(limited, 'nominalConcurrencyShares', SHARES);
    fill(limited, 'lendablePercent', 0);
    const queuing = record(limited['limitResponse'])['queuing'];
    if (isAbsent(queuing)) return;
    fillZero(queuing as Fields, 'queues', 64);
    fillZero(queuing as Fields, 'handSize', 8);
    fillZero(queuing as Fields, 'queueLengthLimit', 50);
  },
  validate(object) {
    const part = spec(object);
    const type = text(part['type']);
    if (type === '') return [required('spec.type')];
    if (type === 'Exempt')
      return isAbsent(part['limited'])
        ? []
        : [forbidden('spec.limited', 'must be nil if the type is not Limited')];
    if (type !== 'Limited') return [notSupported('spec.type', type, ['Exempt', 'Limited'])];
    const errors: FieldError[] = [];
    if (!isAbsent(part['exempt']))
      errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    if (isAbsent(part['limited']))
      return [...errors, required('spec.limited', 'must not be empty when type is Limited')];
    return [...errors, ...validateLimited(record(part['limited']), 'spec.limited')];
  },
};

function validateLimited(limited: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const shares = integer(limited['nominalConcurrencyShares']);
  if (shares < 0)
    errors.push(invalid(`${at}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  errors.push(...validateResponse(record(limited['limitResponse']), `${at}.limitResponse`));
  errors.push(...inRange(`${at}.lendablePercent`, limited['lendablePercent'], 0, 100));
  const borrowing = limited['borrowingLimitPercent'];
  if (typeof borrowing === 'number' && borrowing < 0)
    errors.push(
      invalid(`${at}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer'),
    );
  return errors;
}

function validateResponse(response: Fields, at: string): FieldError[] {
  const type = text(response['type']);
  if (type === '') return [required(`${at}.type`)];
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    return isAbsent(response['queuing']) ? [] : [forbidden(`${at}.queuing`, detail)];
  }
  if (type !== 'Queue') return [notSupported(`${at}.type`, type, ['Queue', 'Reject'])];
  if (isAbsent(response['queuing']))
    return [required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
  return validateQueuing(record(response['queuing']), `${at}.queuing`);
}

const MOST_QUEUES = 10_000_000;
const MOST_BITS = 60;

function validateQueuing(queuing: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const [queues, hand, length] = ['queues', 'handSize', 'queueLengthLimit'].map((field) =>
    integer(queuing[field]),
  ) as [number, number, number];
  if (length <= 0) errors.push(invalid(`${at}.queueLengthLimit`, length, 'must be positive'));
  if (queues <= 0) errors.push(invalid(`${at}.queues`, queues, 'must be positive'));
  else if (queues > MOST_QUEUES)
    errors.push(invalid(`${at}.queues`, queues, `must not be greater than ${MOST_QUEUES}`));
  if (hand <= 0) errors.push(invalid(`${at}.handSize`, hand, 'must be positive'));
  else if (hand > queues)
    errors.push(invalid(`${at}.handSize`, hand, `should not be greater than queues (${queues})`));
  else if (entropyBits(queues, hand) > MOST_BITS) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${MOST_BITS}`;
    errors.push(invalid(`${at}.handSize`, hand, detail));
  }
  return errors;
}

/** How many bits of a hash it takes to deal a hand. */
function entropyBits(deck: number, hand: number): number {
  let bits = 0;
  for (let card = 0; card < hand; card++) bits += Math.log2(deck - card);
  return Math.ceil(bits);
}
