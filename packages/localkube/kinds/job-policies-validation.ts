import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  integer,
  invalid,
  invalidEach,
  isAbsent,
  list,
  nonNegative,
  notSupported,
  record,
  records,
  required,
  text,
  tooLong,
  tooMany,
} from './fields.ts';
import { qualifiedName } from './names.ts';

/** When the pods of a job count as failed for good, and when the job as done. */

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const rulesMax = 20;
const valuesMax = 255;
const indexesMax = 64 * 1024;

const quoted = (names: readonly string[]): string =>
  `[${names.map((name) => JSON.stringify(name)).join(' ')}]`;

/** A mistake whose value upstream leaves out. */
function wrong(field: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` };
}

export function validateFailurePolicy(part: Fields, at: string): FieldError[] {
  const rules = records(record(part['podFailurePolicy'])['rules']);
  const pods = record(record(part['template'])['spec']);
  const names = new Set(
    [...records(pods['containers']), ...records(pods['initContainers'])].map((one) => text(one['name'])),
  );
  const errors: FieldError[] =
    rules.length > rulesMax ? [tooMany(`${at}.rules`, rules.length, rulesMax)] : [];
  for (const [index, rule] of rules.entries())
    errors.push(...validateFailureRule(part, rule, `${at}.rules[${index}]`, names));
  return errors;
}

function validateFailureRule(
  part: Fields,
  rule: Fields,
  at: string,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const action = text(rule['action']);
  if (action === '') errors.push(required(`${at}.action`, `valid values: ${quoted(ACTIONS)}`));
  else if (action === 'FailIndex') {
    if (isAbsent(part['backoffLimitPerIndex']))
      errors.push(invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${at}.action`, action, ACTIONS));
  const conditions = records(rule['onPodConditions']);
  const codes = !isAbsent(rule['onExitCodes']);
  if (codes) errors.push(...validateExitCodes(record(rule['onExitCodes']), `${at}.onExitCodes`, names));
  if (conditions.length > rulesMax)
    errors.push(tooMany(`${at}.onPodConditions`, conditions.length, rulesMax));
  for (const [index, one] of conditions.entries())
    errors.push(...validateCondition(one, `${at}.onPodConditions[${index}]`));
  if (codes && conditions.length > 0)
    errors.push(wrong(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!codes && conditions.length === 0)
    errors.push(wrong(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

function validateExitCodes(codes: Fields, at: string, names: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const operator = text(codes['operator']);
  const known = ['In', 'NotIn'];
  if (operator === '') errors.push(required(`${at}.operator`, `valid values: ${quoted(known)}`));
  else if (!known.includes(operator)) errors.push(notSupported(`${at}.operator`, operator, known));
  const container = codes['containerName'];
  if (!isAbsent(container) && !names.has(text(container))) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${at}.containerName`, container, detail));
  }
  const values = list(codes['values']);
  if (values.length === 0)
    errors.push(invalid(`${at}.values`, codes['values'] ?? null, 'at least one value is required'));
  else if (values.length > valuesMax) errors.push(tooMany(`${at}.values`, values.length, valuesMax));
  const seen = new Set<unknown>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      errors.push(invalid(`${at}.values[${index}]`, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(`${at}.values[${index}]`, value));
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && integer(values[index - 1]) > integer(value)))
    errors.push(invalid(`${at}.values`, values, 'must be ordered'));
  return errors;
}

function validateCondition(condition: Fields, at: string): FieldError[] {
  const type = text(condition['type']);
  const errors = invalidEach(`${at}.type`, type, qualifiedName(type));
  const known = ['False', 'True', 'Unknown'];
  const value = text(condition['status']);
  if (value === '') errors.push(required(`${at}.status`, `valid values: ${quoted(known)}`));
  else if (!known.includes(value)) errors.push(notSupported(`${at}.status`, value, known));
  return errors;
}

export function validateSuccessPolicy(part: Fields, at: string): FieldError[] {
  const rules = records(record(part['successPolicy'])['rules']);
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(`${at}.rules`, detail));
  }
  if (rules.length > rulesMax) errors.push(tooMany(`${at}.rules`, rules.length, rulesMax));
  const count = integer(part['completions']);
  for (const [index, rule] of rules.entries())
    errors.push(...validateSuccessRule(rule, `${at}.rules[${index}]`, count));
  return errors;
}

function validateSuccessRule(rule: Fields, at: string, completions: number): FieldError[] {
  const errors: FieldError[] = [];
  const { succeededCount: wanted, succeededIndexes: indexes } = rule;
  if (isAbsent(wanted) && isAbsent(indexes)) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified';
    errors.push(required(at, detail));
  }
  let total = 0;
  if (!isAbsent(indexes)) {
    const field = `${at}.succeededIndexes`;
    if (text(indexes).length > indexesMax) errors.push(tooLong(field, indexesMax));
    const counted = countIndexes(text(indexes), completions);
    if (typeof counted === 'number') total = counted;
    else errors.push(invalid(field, indexes, `error parsing succeededIndexes: ${counted}`));
  }
  if (typeof wanted !== 'number') return errors;
  const field = `${at}.succeededCount`;
  errors.push(...nonNegative(field, wanted));
  if (wanted > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(field, wanted, detail));
  }
  if (!isAbsent(indexes) && wanted > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(field, wanted, detail));
  }
  return errors;
}

/** How many indexes `0,2-4` names, or what is wrong with it. */
function countIndexes(given: string, completions: number): number | string {
  if (given === '') return 0;
  let [total, last] = [0, -1];
  for (const part of given.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2)
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    const numbers: number[] = [];
    for (const limit of limits) {
      if (!/^[+-]?\d+$/.test(limit))
        return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`;
      numbers.push(Number(limit));
    }
    const [low = 0, high = low] = numbers;
    if (limits.length === 2 && low >= high) return `non-increasing order, previous: ${low}, current: ${high}`;
    if (last >= low) return `non-increasing order, previous: ${last}, current: ${low}`;
    total += high - low + 1;
    last = high;
  }
  return total;
}
