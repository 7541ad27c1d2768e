import { definitionFor } from '@plumbline/api/schema';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  forbidden,
  invalid,
  invalidEach,
  list,
  record,
  records,
  required,
  stringMap,
  strings,
  text,
} from './fields.ts';
import { goValue } from './go-value.ts';
import { labelValue, qualifiedName } from './names.ts';

/** Labels (or a nodeSelector) with upstream's rules for keys and values. */
export function validateLabels(labels: unknown, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(stringMap(labels))) {
    errors.push(...invalidEach(field, key, qualifiedName(key)));
    errors.push(...invalidEach(field, value, labelValue(text(value))));
  }
  return errors;
}

/** A metav1.LabelSelector. */
export function validateSelector(selector: unknown, field: string): FieldError[] {
  const parts = record(selector);
  const errors = validateLabels(parts['matchLabels'], `${field}.matchLabels`);
  for (const [index, expression] of records(parts['matchExpressions']).entries()) {
    const at = `${field}.matchExpressions[${index}]`;
    const count = list(expression['values']).length;
    switch (expression['operator']) {
      case 'In':
      case 'NotIn':
        if (count === 0)
          errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (count > 0) {
          errors.push(
            forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
          );
        }
        break;
      default:
        errors.push(invalid(`${at}.operator`, text(expression['operator']), 'not a valid selector operator'));
    }
    errors.push(...invalidEach(`${at}.key`, text(expression['key']), qualifiedName(text(expression['key']))));
    for (const [n, value] of strings(expression['values']).entries())
      errors.push(...invalidEach(`${at}.values[${n}]`, value, labelValue(value)));
  }
  return errors;
}

/** True if a metav1.LabelSelector takes these labels. An empty selector takes everything, an absent one nothing. */
export function selectorMatches(
  selector: unknown,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (selector === undefined || selector === null) return false;
  const parts = record(selector);
  const have = labels ?? {};
  for (const [key, value] of Object.entries(stringMap(parts['matchLabels'])))
    if (have[key] !== value) return false;
  return records(parts['matchExpressions']).every((expression) =>
    expressionMatches(expression, have[text(expression['key'])]),
  );
}

/** One expression of a label selector or of a node selector's term, which also compares numbers. */
export function expressionMatches(expression: Fields, value: string | undefined): boolean {
  const values = strings(expression['values']);
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** True if every pair of a plain map selector (Service, ReplicationController) is among the labels. */
export function mapMatches(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  for (const key of Object.keys(selector)) if (labels?.[key] !== selector[key]) return false;
  return true;
}

const selectorNode = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector');

/** A selector as refusals show it: in the order of Go's structures. */
export function shownSelector(selector: unknown): unknown {
  return goValue(selectorNode, selector);
}

export function isEmptySelector(selector: unknown): boolean {
  const parts = record(selector);
  return (
    Object.keys(record(parts['matchLabels'])).length === 0 && list(parts['matchExpressions']).length === 0
  );
}

/** A selector as kubectl shows it: `a=b,c in (d,e),!f`. */
export function formatSelector(selector: unknown): string {
  const parts = record(selector);
  const shown = Object.entries(stringMap(parts['matchLabels'])).map(([key, value]) => `${key}=${value}`);
  for (const expression of records(parts['matchExpressions'])) {
    const key = text(expression['key']);
    const values = strings(expression['values']).toSorted().join(',');
    const operator = text(expression['operator']);
    if (operator === 'Exists') shown.push(key);
    else if (operator === 'DoesNotExist') shown.push(`!${key}`);
    else shown.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values})`);
  }
  return shown.toSorted().join(',');
}
