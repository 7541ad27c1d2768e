import {
  boolType,
  compileCel,
  declareSchema,
  optionalType,
  sizeAt,
  stringType,
  typeText,
  type CelProgram,
  type CelType,
  type DeclaredSchema,
  type DeclaredType,
} from '@plumbline/languages';
import type { FieldError } from '../registry/types.ts';
import { isData, type JsonSchema } from './json-schema.ts';

/** A rule as a definition writes it. */
export interface RuleText {
  readonly rule: string;
  readonly message: string;
  readonly messageExpression: string;
  readonly reason: FieldError['reason'] | undefined;
  readonly fieldPath: string;
  readonly optionalOldSelf: boolean | undefined;
}

/** A rule that is ready to run, or why it is not. */
export interface CompiledRule {
  readonly text: RuleText;
  readonly program: CelProgram | undefined;
  readonly error: string | undefined;
  readonly message: CelProgram | undefined;
  readonly messageError: string | undefined;
  readonly usesOldSelf: boolean;
}

function rulesOf(schema: JsonSchema): readonly RuleText[] {
  return (schema['x-kubernetes-validations'] ?? []).filter(isData).map((rule) => ({
    rule: textOf(rule['rule']),
    message: textOf(rule['message']),
    messageExpression: textOf(rule['messageExpression']),
    reason: typeof rule['reason'] === 'string' ? (rule['reason'] as FieldError['reason']) : undefined,
    fieldPath: textOf(rule['fieldPath']),
    optionalOldSelf: typeof rule['optionalOldSelf'] === 'boolean' ? rule['optionalOldSelf'] : undefined,
  }));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const ruled = new WeakMap<JsonSchema, boolean>();

/** Whether there are rules in a schema or anywhere below it. Most large schemas have few. */
export function hasRules(schema: JsonSchema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const other = schema.additionalProperties;
  const found =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    Object.values(schema.properties ?? {}).some(hasRules) ||
    (schema.items !== undefined && hasRules(schema.items)) ||
    (schema.allOf ?? []).some(hasRules) ||
    (typeof other === 'object' && hasRules(other));
  ruled.set(schema, found);
  return found;
}

/** Rules are compiled to be checked and again to be run, of schemas that never change. */
const knownTypes = new WeakMap<JsonSchema, DeclaredType | null>();
const knownRules = new WeakMap<JsonSchema, { of: DeclaredType; rules: readonly CompiledRule[] }>();

/** The type of what a schema describes; nothing where expressions cannot see it. */
export function declaredType(schema: JsonSchema, root: boolean): DeclaredType | undefined {
  // A schema is either the root of a resource or it is not.
  let known = knownTypes.get(schema);
  if (known === undefined) {
    known = declareSchema(schema as DeclaredSchema, root) ?? null;
    knownTypes.set(schema, known);
  }
  return known ?? undefined;
}

/** Compiles the rules of one level, whose own type is `self`. */
export function compileRules(schema: JsonSchema, declared: DeclaredType): readonly CompiledRule[] {
  const known = knownRules.get(schema);
  if (known?.of === declared) return known.rules;
  const rules = rulesOf(schema).map((text) => compileRule(text, declared));
  knownRules.set(schema, { of: declared, rules });
  return rules;
}

function compileRule(text: RuleText, declared: DeclaredType): CompiledRule {
  const nothing = {
    text,
    program: undefined,
    error: undefined,
    message: undefined,
    messageError: undefined,
    usesOldSelf: false,
  };
  if (text.rule.trim() === '') return nothing;
  const old = text.optionalOldSelf === true ? optionalType(declared.type) : declared.type;
  const found = compileAs(text.rule, declared, old, boolType);
  if (typeof found === 'string') {
    return { ...nothing, error: found === '' ? 'cel expression must evaluate to a bool' : found };
  }
  const rule = { ...nothing, program: found, usesOldSelf: found.variables.has('oldSelf') };
  if (text.messageExpression === '') return rule;
  const message = compileAs(text.messageExpression, declared, old, stringType);
  if (typeof message !== 'string') return { ...rule, message };
  const why = message === '' ? 'must evaluate to a string' : message;
  return { ...rule, messageError: `messageExpression ${why}` };
}

/** The program; else the mistakes in it, or nothing when only its type is wrong. */
function compileAs(
  source: string,
  declared: DeclaredType,
  oldSelf: CelType,
  wanted: CelType,
): CelProgram | string {
  const program = compileCel(source, {
    variables: { self: declared.type, oldSelf },
    sizeOf: (path) => sizeAt(declared, path),
  });
  if (!program.ok) {
    const { code, message } = program.error;
    return `${code === 'cel-program' ? (wanted === boolType ? 'program instantiation' : 'instantiation') : 'compilation'} failed: ${message}`;
  }
  return typeText(program.value.type) === typeText(wanted) ? program.value : '';
}

const ruleReasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

type Add = (reason: FieldError['reason'], field: string, message: string) => void;

/** What can be said of the rules of a node without compiling them. */
export function checkRules(schema: JsonSchema, path: string, add: Add): void {
  rulesOf(schema).forEach((text, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`;
    checkTexts(text, at, add);
    if (text.reason !== undefined && !ruleReasons.includes(text.reason)) {
      const supported = ruleReasons.map((one) => `"${one}"`).join(', ');
      const message = `Unsupported value: ${JSON.stringify(text.reason)}: supported values: ${supported}`;
      add('FieldValueNotSupported', `${at}.reason`, message);
    }
    if (text.fieldPath !== '') checkFieldPath(schema, text.fieldPath, `${at}.fieldPath`, add);
  });
}

function checkTexts(text: RuleText, at: string, add: Add): void {
  const { rule, message, messageExpression } = text;
  if (rule.trim() === '') add('FieldValueRequired', `${at}.rule`, 'Required value: rule is not specified');
  else if (message !== '' && message.trim() === '')
    add('FieldValueInvalid', `${at}.message`, `${quoted(message)}: must be non-empty if specified`);
  else if (message.trim().includes('\n'))
    add('FieldValueInvalid', `${at}.message`, `${quoted(message)}: must not contain line breaks`);
  else if (rule.trim().includes('\n') && message.trim() === '') {
    const why = 'Required value: message must be specified if rule contains line breaks';
    add('FieldValueRequired', `${at}.message`, why);
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const why = 'Required value: messageExpression must be non-empty if specified';
    add('FieldValueRequired', `${at}.messageExpression`, why);
  }
}

function checkFieldPath(schema: JsonSchema, path: string, at: string, add: Add): void {
  if (path.trim() === '') add('FieldValueInvalid', at, `${quoted(path)}: must be non-empty if specified`);
  if (path.includes('\n')) add('FieldValueInvalid', at, `${quoted(path)}: must not contain line breaks`);
  if (fieldPathOf(schema, path) === undefined)
    add('FieldValueInvalid', at, `${quoted(path)}: must be a valid path`);
}

const quoted = (value: string): string => `Invalid value: ${JSON.stringify(value)}`;

/** `.spec.a` or `['a'].b` as a field path, through declared properties and map keys only. */
export function fieldPathOf(schema: JsonSchema, path: string): string | undefined {
  let at: JsonSchema | undefined = schema;
  let rest = path;
  let found = '';
  while (rest !== '') {
    const step: RegExpExecArray | null = /^(?:\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\])/.exec(rest);
    if (step === null || at === undefined) return undefined;
    const name: string = step[1] ?? (step[2] ?? '').replaceAll(/\\(.)/g, '$1');
    if (at.properties !== undefined) {
      if (!Object.hasOwn(at.properties, name)) return undefined;
      at = at.properties[name];
      found += found === '' ? name : `.${name}`;
    } else if (typeof at.additionalProperties === 'object') {
      at = at.additionalProperties;
      found += `[${name}]`;
    } else return undefined;
    rest = rest.slice(step[0].length);
  }
  return found;
}

/** The rule as Go prints it in a message. */
export function shownRule(text: RuleText): string {
  return JSON.stringify({
    Rule: text.rule,
    Message: text.message,
    MessageExpression: text.messageExpression,
    Reason: text.reason ?? null,
    FieldPath: text.fieldPath,
    OptionalOldSelf: text.optionalOldSelf ?? null,
  }).replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
