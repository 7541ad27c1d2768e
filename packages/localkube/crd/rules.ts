import type { FieldError } from '../registry/types.ts';
import { additionalOf, isData, propertyOf, type JsonSchema } from './json-schema.ts';

const ruleReasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What can be said of the rules of a node without running them. Counts them. */
export function checkRules(
  schema: JsonSchema,
  path: string,
  add: (reason: FieldError['reason'], field: string, message: string) => void,
): number {
  const rules = schema['x-kubernetes-validations'] ?? [];
  rules.forEach((rule, i) => {
    if (!isData(rule)) return;
    const at = `${path}.x-kubernetes-validations[${i}]`;
    const { rule: text, message, reason, fieldPath } = rule;
    if (typeof text !== 'string' || text.trim() === '') {
      add('FieldValueRequired', `${at}.rule`, 'Required value: rule is not specified');
    }
    if (typeof message === 'string' && message.includes('\n')) {
      add(
        'FieldValueInvalid',
        `${at}.message`,
        `Invalid value: ${JSON.stringify(message)}: must not contain line breaks`,
      );
    }
    if (typeof fieldPath === 'string' && fieldPath !== '' && !leadsToField(schema, fieldPath)) {
      add(
        'FieldValueInvalid',
        `${at}.fieldPath`,
        `Invalid value: ${JSON.stringify(fieldPath)}: must be a valid path`,
      );
    }
    if (typeof reason === 'string' && !ruleReasons.includes(reason)) {
      const supported = ruleReasons.map((one) => `"${one}"`).join(', ');
      add(
        'FieldValueNotSupported',
        `${at}.reason`,
        `Unsupported value: ${JSON.stringify(reason)}: supported values: ${supported}`,
      );
    }
  });
  return rules.length;
}

/** `.spec.a` or `['a'].b`, through declared properties only. */
function leadsToField(schema: JsonSchema, path: string): boolean {
  let at: JsonSchema | undefined = schema;
  let rest = path;
  while (rest !== '' && at !== undefined) {
    const step = /^(?:\.([A-Za-z_][\w-]*)|\['([^']+)'\])/.exec(rest);
    if (step === null) return false;
    const name = step[1] ?? step[2] ?? '';
    at = propertyOf(at, name) ?? additionalOf(at);
    rest = rest.slice(step[0].length);
  }
  return at !== undefined;
}
