import { staticError } from './errors.ts';
import type { Trace } from './errors.ts';
import type { Ast, Bind, ForClause, FunctionAst, ObjectAst, ObjectFields } from './parse/ast.ts';
import type { Span } from './source.ts';
import * as nodes from './run/nodes.ts';
import { blankTrace } from './run/machine.ts';
import { call, libraryFunction } from './run/nodes-calls.ts';
import { array, arrayComprehension, object, objectComprehension } from './run/nodes-collections.ts';
import type { ClauseCode, FieldCode } from './run/nodes-collections.ts';
import { binary, sum, unary } from './run/nodes-operators.ts';
import type { Address, Code } from './run/values.ts';

/** The names in sight, one scope per environment at run time. */
interface Scope {
  readonly names: readonly string[];
  readonly parent: Scope | undefined;
}

/** Where an expression stands. */
interface Place {
  readonly scope: Scope;
  readonly inObject: boolean;
  /** How many objects are around; the outermost binds `$`. */
  readonly objectLevel: number;
  /** What traces call the place. Upstream gives none to what is left of a dot, and to all in it. */
  readonly label: string | undefined;
  /** The name that the expression gets, if any. */
  readonly bind: string;
  /** Nothing is left to do in the function after this expression. */
  readonly isTail: boolean;
}

const anonymous = 'anonymous';

/** The variables that each file starts with; the slots of its outermost environment. */
const globals: readonly string[] = ['std'];

/**
 * Turns what was written into what can run: resolves variables, spells out what is short for something else, and
 * refuses unknown names, `self` and `$` where there is no object.
 */
export function lower(ast: Ast): Code {
  return lowerAt(ast, {
    scope: { names: globals, parent: undefined },
    inObject: false,
    objectLevel: 0,
    label: '$',
    bind: anonymous,
    isTail: false,
  });
}

function lowerAt(ast: Ast, place: Place): Code {
  const trace: Trace = { span: ast.span, context: place.label ?? '' };
  switch (ast.kind) {
    case 'literal':
      return nodes.literal(trace, ast.value);
    case 'number':
      return nodes.numberLiteral(trace, ast.text);
    case 'string':
      return nodes.literal(trace, ast.value);
    case 'array':
      return array(
        trace,
        ast.elements.map((element) => lowerAt(element, delayed(place))),
      );
    case 'array-comprehension':
      return lowerArrayComprehension(ast, place);
    case 'object':
      return lowerObject(ast, place, trace);
    case 'object-comprehension':
      return lowerObjectComprehension(ast, place, trace);
    case 'parens':
      return lowerAt(ast.inner, { ...place, bind: anonymous });
    case 'dollar':
      if (place.objectLevel === 0) throw staticError('No top-level object found.', ast.span);
      return nodes.variable(trace, addressOf('$', ast.span, place.scope));
    case 'self':
      if (!place.inObject) throw staticError("Can't use self outside of an object.", ast.span);
      return nodes.self(trace);
    case 'variable':
      return nodes.variable(trace, addressOf(ast.name, ast.span, place.scope));
    case 'index':
      if (typeof ast.index === 'string') {
        const target = lowerAt(ast.target, { ...direct(place), label: undefined });
        return nodes.index(trace, target, nodes.literal(blankTrace, ast.index));
      }
      return nodes.index(trace, lowerAt(ast.target, direct(place)), lowerAt(ast.index, direct(place)));
    case 'slice':
      return lowerSlice(ast, place);
    case 'super-index':
      if (!place.inObject) throw staticError("Can't use super outside of an object.", ast.span);
      return nodes.superIndex(
        trace,
        typeof ast.index === 'string'
          ? nodes.literal(blankTrace, ast.index)
          : lowerAt(ast.index, direct(place)),
      );
    case 'in-super':
      if (!place.inObject) throw staticError("Can't use super outside of an object.", ast.span);
      return nodes.inSuper(trace, lowerAt(ast.index, direct(place)));
    case 'call': {
      const parts = {
        target: lowerAt(ast.target, direct(place)),
        positional: ast.positional.map((argument) => lowerAt(argument, delayed(place))),
        names: ast.named.map(({ name }) => name),
        named: ast.named.map(({ value }) => lowerAt(value, delayed(place))),
        tailstrict: ast.tailstrict,
      };
      return call(trace, parts, place.isTail);
    }
    case 'extend':
      return lowerSum(ast, place, trace);
    case 'unary':
      return unary(trace, ast.operator, lowerAt(ast.operand, direct(place)));
    case 'binary':
      return lowerBinary(ast, place, trace);
    case 'conditional': {
      const condition = lowerAt(ast.condition, direct(place));
      const branch = { ...place, bind: anonymous };
      const yes = lowerAt(ast.yes, branch);
      const no = ast.no === undefined ? nodes.literal(blankTrace, null) : lowerAt(ast.no, branch);
      return nodes.conditional(trace, condition, yes, no);
    }
    case 'assert': {
      const condition = lowerAt(ast.condition, direct(place));
      const message =
        ast.message === undefined
          ? nodes.literal(blankTrace, 'Assertion failed')
          : lowerAt(ast.message, direct(place));
      const rest = lowerAt(ast.rest, { ...place, bind: anonymous });
      const failed = nodes.raise({ span: ast.span, context: '' }, message);
      return nodes.conditional(blankTrace, condition, rest, failed);
    }
    case 'error':
      return nodes.raise(trace, lowerAt(ast.message, direct(place)));
    case 'local': {
      const inner = within(
        place,
        ast.binds.map(({ name }) => name),
      );
      const binds = ast.binds.map((bind) => lowerBind(bind, inner));
      return nodes.local(trace, binds, lowerAt(ast.body, inner));
    }
    case 'function':
      return lowerFunction(ast, place, trace);
    case 'import':
      return nodes.importFile(ast.span, trace.context, ast.form, ast.path);
  }
}

/** An expression that is evaluated together with the one around it. */
function direct(place: Place): Place {
  return { ...place, bind: anonymous, isTail: false };
}

/** An expression that is evaluated when it is needed. */
function delayed(place: Place): Place {
  const label = place.label === undefined ? undefined : `thunk from <${place.label}>`;
  return { ...place, label, bind: anonymous, isTail: false };
}

function within(place: Place, names: readonly string[]): Place {
  return { ...place, scope: { names, parent: place.scope } };
}

function labelled(place: Place, label: string): Place {
  return { ...place, label: place.label === undefined ? undefined : label, bind: anonymous, isTail: false };
}

function addressOf(name: string, span: Span, scope: Scope): Address {
  let hops = 0;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const slot = at.names.lastIndexOf(name);
    if (slot >= 0) return { hops, slot };
    hops++;
  }
  throw staticError(`Unknown variable: ${name}`, span);
}

function lowerBind({ name, body }: Bind, place: Place): Code {
  return lowerAt(body, { ...labelled(place, `thunk <${name}> from <${place.label}>`), bind: name });
}

function lowerFunction(ast: FunctionAst, place: Place, trace: Trace): Code {
  const names = ast.parameters.map(({ name }) => name);
  const inner = labelled(within(place, names), `function <${place.bind}>`);
  const fallbacks = ast.parameters.map(({ fallback }) =>
    fallback === undefined ? undefined : lowerAt(fallback, inner),
  );
  const parameters = ast.parameters.map(({ name, fallback }) => ({
    name,
    isOptional: fallback !== undefined,
  }));
  return nodes.closure(trace, parameters, fallbacks, lowerAt(ast.body, { ...inner, isTail: true }));
}

function lowerBinary(ast: Ast & { readonly kind: 'binary' }, place: Place, trace: Trace): Code {
  if (ast.operator === '+') return lowerSum(ast, place, trace);
  const left = lowerAt(ast.left, direct(place));
  const right = lowerAt(ast.right, direct(place));
  if (ast.operator === '%') return libraryCall('mod', [left, right], ast.span, place);
  if (ast.operator === 'in') return libraryCall('objectHasAll', [right, left], ast.span, place);
  return binary(trace, ast.operator, left, right);
}

/** `a + b + c` and `a { ... } { ... }` without going down once per operand. */
function lowerSum(ast: Ast & { readonly kind: 'binary' | 'extend' }, place: Place, trace: Trace): Code {
  const more: { readonly operand: Code; readonly trace: Trace }[] = [];
  let at: Ast = ast;
  while ((at.kind === 'binary' && at.operator === '+') || at.kind === 'extend') {
    const here: Trace = { span: at.span, context: place.label ?? '' };
    more.push({ operand: lowerAt(at.right, direct(place)), trace: here });
    at = at.left;
  }
  return sum(trace, lowerAt(at, direct(place)), more.reverse());
}

function libraryCall(name: string, positional: readonly Code[], span: Span, place: Place): Code {
  const target = libraryFunction(blankTrace, name);
  const parts = { target, positional, names: [], named: [], tailstrict: false };
  return call({ span, context: '' }, parts, place.isTail);
}

function lowerSlice(ast: Ast & { readonly kind: 'slice' }, place: Place): Code {
  const part = (one: Ast | undefined, at: Place): Code =>
    one === undefined ? nodes.literal(blankTrace, null) : lowerAt(one, at);
  const positional = [
    lowerAt(ast.target, direct(place)),
    part(ast.begin, direct(place)),
    part(ast.end, direct(place)),
    part(ast.step, { ...direct(place), label: undefined }),
  ];
  return libraryCall('slice', positional, ast.span, place);
}

function lowerClauses(
  clauses: readonly ForClause[],
  place: Place,
): { readonly clauses: readonly ClauseCode[]; readonly inner: Place } {
  let at = direct(place);
  const lowered: ClauseCode[] = [];
  for (const clause of clauses) {
    const list = lowerAt(clause.list, at);
    at = within(at, [clause.name]);
    const inner = at;
    lowered.push({ list, conditions: clause.conditions.map((one) => lowerAt(one, inner)) });
  }
  return { clauses: lowered, inner: at };
}

function lowerArrayComprehension(ast: Ast & { readonly kind: 'array-comprehension' }, place: Place): Code {
  const { clauses, inner } = lowerClauses(ast.clauses, place);
  const body = lowerAt(ast.body, delayed(inner));
  return arrayComprehension({ span: ast.span, context: '' }, clauses, body);
}

function lowerObject(ast: ObjectAst, place: Place, trace: Trace): Code {
  const { inner, locals, bindsDollar } = lowerMembers(ast, place);
  const fields = ast.fields.map((field) => lowerField(field, place, inner));
  const asserts = ast.asserts.map(({ condition, message, span }) => {
    const here: Trace = { span, context: '' };
    const text =
      message === undefined ? nodes.literal(blankTrace, 'Object assertion failed.') : lowerAt(message, inner);
    const holds = nodes.literal(blankTrace, true);
    return nodes.conditional(here, lowerAt(condition, inner), holds, nodes.raise(here, text));
  });
  return object(trace, { fields, locals, bindsDollar, asserts });
}

function lowerMembers(
  ast: ObjectFields,
  place: Place,
): { readonly inner: Place; readonly locals: readonly Code[]; readonly bindsDollar: boolean } {
  const bindsDollar = place.objectLevel === 0;
  const names = ast.locals.map(({ name }) => name);
  const scoped = within(place, bindsDollar ? [...names, '$'] : names);
  const inner: Place = {
    ...labelled(scoped, `object <${place.bind}>`),
    inObject: true,
    objectLevel: place.objectLevel + 1,
  };
  const locals = ast.locals.map(({ body }) => lowerAt(body, inner));
  return { inner, locals, bindsDollar };
}

function lowerField(field: ObjectFields['fields'][number], outer: Place, inner: Place): FieldCode {
  const { visibility, plus } = field;
  const name = typeof field.name === 'string' ? field.name : lowerAt(field.name, direct(outer));
  return { name, visibility, plus, body: lowerAt(field.body, inner) };
}

function lowerObjectComprehension(
  ast: Ast & { readonly kind: 'object-comprehension' },
  place: Place,
  trace: Trace,
): Code {
  const { clauses, inner: rounds } = lowerClauses(ast.clauses, place);
  const { inner, locals, bindsDollar } = lowerMembers(ast, { ...rounds, bind: place.bind });
  const [first] = ast.fields;
  if (first === undefined) throw staticError('Object comprehension can only have one field', ast.span);
  const field = lowerField(first, rounds, inner);
  const parts = { clauses, field, locals, bindsDollar, inner: trace };
  return objectComprehension({ span: ast.span, context: '' }, parts);
}
