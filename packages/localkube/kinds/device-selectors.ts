import {
  boolType,
  compileCel,
  dynType,
  mapType,
  opaqueType,
  stringType,
  structType,
  typeText,
} from '@plumbline/languages';
import type { CelEnvironment } from '@plumbline/languages';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { invalid, isAbsent, record, records, required, text, tooLong, tooMany } from './fields.ts';

const selectorsMax = 32;
const expressionMax = 10 * 1024;

/** What an expression about a device may name. */
const environment: CelEnvironment = {
  variables: {
    device: structType(
      'kubernetes.DRADevice',
      new Map([
        ['driver', stringType],
        ['allowMultipleAllocations', boolType],
        ['attributes', mapType(stringType, mapType(stringType, dynType))],
        ['capacity', mapType(stringType, mapType(stringType, opaqueType('kubernetes.Quantity')))],
      ]),
    ),
  },
};

/** Expressions by which devices are chosen. They are compiled to be checked; nobody allocates devices here. */
export function validateDeviceSelectors(given: unknown, at: string): FieldError[] {
  const selectors = records(given);
  const errors: FieldError[] =
    selectors.length > selectorsMax ? [tooMany(at, selectors.length, selectorsMax)] : [];
  for (const [index, selector] of selectors.slice(0, selectorsMax).entries())
    errors.push(...validateSelector(selector, `${at}[${index}].cel`));
  return errors;
}

function validateSelector(selector: Fields, at: string): FieldError[] {
  if (isAbsent(selector['cel'])) return [required(at)];
  const expression = text(record(selector['cel'])['expression']);
  const field = `${at}.expression`;
  if (expression.length > expressionMax) return [tooLong(field, expressionMax)];
  const compiled = compileCel(expression, environment);
  if (!compiled.ok) {
    // Of an expression that is empty no line can be shown.
    const [first = ''] = compiled.error.message.split('\n');
    const why = expression === '' ? first : compiled.error.message;
    return [invalid(field, expression, `compilation failed: ${why}`)];
  }
  const { type } = compiled.value;
  if (type === boolType || type.kind === 'bool' || type.kind === 'dyn') return [];
  const detail = `must evaluate to bool or the unknown type, not ${typeText(type)}`;
  return [invalid(field, expression, detail)];
}
