import { isRecord } from '@plumbline/base';

type Labels = Readonly<Record<string, string>>;

/** A LabelSelector as a test. What is no selector matches nothing; an empty one matches everything. */
export function parseSelector(selector: unknown): (labels: Labels) => boolean {
  if (!isRecord(selector)) return () => false;
  const wanted = isRecord(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  const expressions = (
    Array.isArray(selector['matchExpressions']) ? (selector['matchExpressions'] as readonly unknown[]) : []
  ).filter(isRecord);
  return (labels) =>
    wanted.every(([key, value]) => labels[key] === value) && expressions.every((one) => holds(one, labels));
}

function holds(expression: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  const key = String(expression['key']);
  const values = Array.isArray(expression['values']) ? expression['values'].map(String) : [];
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
