import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  forbidden,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  notSupported,
  optionalOneOf,
  record,
  records,
  required,
  strings,
  text,
} from './fields.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { validateSelector } from './selectors.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function validateAffinity(affinity: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!isAbsent(affinity['nodeAffinity'])) {
    const node = record(affinity['nodeAffinity']);
    const here = `${at}.nodeAffinity`;
    if (!isAbsent(node[REQUIRED]))
      errors.push(...validateNodeSelector(record(node[REQUIRED]), `${here}.${REQUIRED}`));
    for (const [index, term] of records(node[PREFERRED]).entries()) {
      const path = `${here}.${PREFERRED}[${index}]`;
      errors.push(
        ...validateWeight(term, path),
        ...validateNodeTerm(record(term['preference']), `${path}.preference`, false),
      );
    }
  }
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const pod = record(affinity[kind]);
    for (const [index, term] of records(pod[REQUIRED]).entries()) {
      errors.push(...validatePodTerm(term, `${at}.${kind}.${REQUIRED}[${index}]`));
    }
    for (const [index, term] of records(pod[PREFERRED]).entries()) {
      const path = `${at}.${kind}.${PREFERRED}[${index}]`;
      errors.push(
        ...validateWeight(term, path),
        ...validatePodTerm(record(term['podAffinityTerm']), `${path}.podAffinityTerm`),
      );
    }
  }
  return errors;
}

function validateWeight(term: Fields, at: string): FieldError[] {
  const weight = integer(term['weight']);
  return weight >= 1 && weight <= 100 ? [] : [invalid(`${at}.weight`, weight, 'must be in the range 1-100')];
}

/** A selector of nodes, of which one term has to fit. */
export function validateNodeSelector(selector: Fields, at: string): FieldError[] {
  const terms = records(selector['nodeSelectorTerms']);
  const path = `${at}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(path, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateNodeTerm(term, `${path}[${index}]`, true));
}

/** `strict`: values have to be those that labels can have, which is asked only where a node must fit. */
function validateNodeTerm(term: Fields, at: string, strict: boolean): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, expression] of records(term['matchExpressions']).entries()) {
    const here = `${at}.matchExpressions[${index}]`;
    const count = list(expression['values']).length;
    switch (expression['operator']) {
      case 'In':
      case 'NotIn':
        if (count === 0)
          errors.push(required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (count > 0) {
          errors.push(
            forbidden(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
          );
        }
        break;
      case 'Gt':
      case 'Lt':
        if (count !== 1) {
          errors.push(
            required(`${here}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"),
          );
        }
        break;
      default:
        errors.push(
          invalid(`${here}.operator`, text(expression['operator']), 'not a valid selector operator'),
        );
    }
    errors.push(
      ...invalidEach(`${here}.key`, text(expression['key']), qualifiedName(text(expression['key']))),
    );
    if (strict)
      for (const [n, value] of strings(expression['values']).entries())
        errors.push(...invalidEach(`${here}.values[${n}]`, value, labelValue(value)));
  }
  for (const [index, field] of records(term['matchFields']).entries()) {
    const here = `${at}.matchFields[${index}]`;
    const operator = text(field['operator']);
    if (operator !== 'In' && operator !== 'NotIn')
      errors.push(invalid(`${here}.operator`, operator, 'not a valid selector operator'));
    else if (list(field['values']).length !== 1)
      errors.push(
        required(
          `${here}.values`,
          "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
        ),
      );
    const key = text(field['key']);
    if (key !== 'metadata.name') errors.push(invalid(`${here}.key`, key, 'not a valid field selector key'));
    else
      for (const [n, value] of strings(field['values']).entries())
        errors.push(...invalidEach(`${here}.values[${n}]`, value, dnsSubdomain(value, false)));
  }
  return errors;
}

function validatePodTerm(term: Fields, at: string): FieldError[] {
  const errors = [
    ...validateSelector(term['labelSelector'], `${at}.labelSelector`),
    ...validateSelector(term['namespaceSelector'], `${at}.namespaceSelector`),
  ];
  for (const namespace of strings(term['namespaces']))
    errors.push(...invalidEach(`${at}.namespace`, namespace, dnsLabel(namespace, false)));
  errors.push(...validateLabelKeys(term, at));
  const key = text(term['topologyKey']);
  if (key === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
  errors.push(...invalidEach(`${at}.topologyKey`, key, qualifiedName(key)));
  return errors;
}

/** Labels of the pod itself that its neighbours have to share, or not. */
function validateLabelKeys(term: Fields, at: string): FieldError[] {
  const selector = term['labelSelector'];
  const errors: FieldError[] = [];
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = strings(term[field]);
    if (keys.length > 0 && isAbsent(selector))
      errors.push(forbidden(`${at}.${field}`, 'must not be specified when labelSelector is not set'));
    else
      for (const [index, key] of keys.entries())
        errors.push(...invalidEach(`${at}.${field}[${index}]`, key, qualifiedName(key)));
  }
  const keys = strings(term['matchLabelKeys']);
  const selected = new Set(Object.keys(record(record(selector)['matchLabels'])));
  for (const expression of records(record(selector)['matchExpressions'])) {
    const key = text(expression['key']);
    const index = keys.lastIndexOf(key);
    if (index >= 0 && selected.has(key))
      errors.push(invalid(`${at}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    selected.add(key);
  }
  for (const [index, key] of keys.entries())
    if (strings(term['mismatchLabelKeys']).includes(key)) {
      const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
      errors.push(invalid(`${at}.matchLabelKeys[${index}]`, key, detail));
    }
  return errors;
}

export function validateTolerations(tolerations: readonly Fields[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, toleration] of tolerations.entries()) {
    const here = `${at}[${index}]`;
    const key = text(toleration['key']);
    const operator = text(toleration['operator']);
    const effect = text(toleration['effect']);
    if (key !== '') errors.push(...invalidEach(`${here}.key`, key, qualifiedName(key)));
    if (key === '' && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(`${here}.operator`, operator, detail));
    }
    if (!isAbsent(toleration['tolerationSeconds']) && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      errors.push(invalid(`${here}.effect`, effect, detail));
    }
    if (operator === 'Exists' && text(toleration['value']) !== '') {
      const detail = "value must be empty when `operator` is 'Exists'";
      errors.push(invalid(`${here}.operator`, text(toleration['value']), detail));
    } else if (operator === '' || operator === 'Equal') {
      const value = text(toleration['value']);
      errors.push(...invalidEach(`${here}.operator`, value, labelValue(value)));
    } else if (operator !== 'Exists') {
      // Two more are in the text, though nobody may use them yet.
      const known =
        operator === 'Gt' || operator === 'Lt' ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'];
      errors.push(notSupported(`${here}.operator`, operator, known));
    }
    if (effect !== '' && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect)) {
      errors.push(notSupported(`${here}.effect`, effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']));
    }
  }
  return errors;
}

/** Readiness gates, scheduling gates and topology spread constraints. */
export function validateScheduling(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, gate] of records(spec['readinessGates']).entries()) {
    const type = text(gate['conditionType']);
    errors.push(...invalidEach(`${at}.readinessGates[${index}].conditionType`, type, qualifiedName(type)));
  }
  const gates = new Set<string>();
  for (const [index, gate] of records(spec['schedulingGates']).entries()) {
    const name = text(gate['name']);
    const here = `${at}.schedulingGates[${index}]`;
    errors.push(...invalidEach(here, name, qualifiedName(name)));
    if (gates.has(name)) errors.push(duplicate(here, name));
    gates.add(name);
  }
  for (const [index, constraint] of records(spec['topologySpreadConstraints']).entries()) {
    const pair = `{${text(constraint['topologyKey'])}, ${text(constraint['whenUnsatisfiable'])}}`;
    const repeats = records(spec['topologySpreadConstraints'])
      .slice(index + 1)
      .some((later) => `{${text(later['topologyKey'])}, ${text(later['whenUnsatisfiable'])}}` === pair);
    const here = `${at}.topologySpreadConstraints[${index}]`;
    const skew = integer(constraint['maxSkew']);
    if (skew <= 0) errors.push(invalid(`${here}.maxSkew`, skew, 'must be greater than zero'));
    const key = text(constraint['topologyKey']);
    if (key === '') errors.push(required(`${here}.topologyKey`, 'can not be empty'));
    const action = text(constraint['whenUnsatisfiable']);
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(action)) {
      errors.push(notSupported(`${here}.whenUnsatisfiable`, action, ['DoNotSchedule', 'ScheduleAnyway']));
    }
    if (repeats) errors.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, pair));
    const least = constraint['minDomains'];
    if (typeof least === 'number') {
      if (least <= 0) errors.push(invalid(`${here}.minDomains`, least, 'must be greater than zero'));
      if (action !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
        errors.push(invalid(`${here}.minDomains`, least, detail));
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy']) {
      errors.push(...optionalOneOf(`${here}.${field}`, constraint[field], ['Honor', 'Ignore']));
    }
    errors.push(...validateLabelKeys(constraint, here));
    errors.push(...validateSelector(constraint['labelSelector'], `${here}.labelSelector`));
  }
  return errors;
}
