import { err, ok, problem, type Result } from '@plumbline/base';
import { checkKey, checkValues } from './rules.ts';

/** One condition on one label. `gt` and `lt` compare whole numbers. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** Labels are selected by all requirements together; without any they always are. */
export interface LabelSelector {
  readonly requirements: readonly Requirement[];
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** The canonical text, requirements by key: `a=b,c in (d,e),!f`. */
  toString(): string;
}

/** `metav1.LabelSelector`. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[] | null;
      }[]
    | null;
}

const nothing: LabelSelector = { requirements: [], matches: () => false, toString: () => '' };

/** Carries a refusal out of the parser. */
class SelectorError extends Error {}

/** Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>3`, refusing with upstream's texts (problem `selector`). */
export function parseLabelSelector(text: string): Result<LabelSelector> {
  return attempt(() => selectorOf(new Parser(text).all()));
}

/** Reads the object form. An absent selector selects nothing, an empty one everything. */
export function readLabelSelector(selector: LabelSelectorObject | null | undefined): Result<LabelSelector> {
  if (selector === null || selector === undefined) return ok(nothing);
  return attempt(() => {
    const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
      checked({ key, operator: 'in', values: [value] }),
    );
    const expressions = (selector.matchExpressions ?? []).map((one) => {
      const operator = expressionOperators[one.operator];
      if (operator === undefined)
        throw new SelectorError(`${JSON.stringify(one.operator)} is not a valid label selector operator`);
      const values = [...new Set(one.values)].sort();
      if (operator.values !== values.length > 0) {
        const must = operator.values
          ? "for 'in', 'notin' operators, values set can't be empty"
          : 'values set must be empty for exists and does not exist';
        throw new SelectorError(`values: Invalid value: ${JSON.stringify(values)}: ${must}`);
      }
      return checked({ key: one.key, operator: operator.name, values });
    });
    return selectorOf([...labels, ...expressions]);
  });
}

const expressionOperators: Readonly<
  Record<string, { readonly name: Requirement['operator']; readonly values: boolean }>
> = {
  In: { name: 'in', values: true },
  NotIn: { name: 'notin', values: true },
  Exists: { name: 'exists', values: false },
  DoesNotExist: { name: 'absent', values: false },
};

function selectorOf(requirements: readonly Requirement[]): LabelSelector {
  return {
    requirements,
    matches: (labels) => requirements.every((requirement) => meets(requirement, labels)),
    toString: () =>
      requirements
        .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
        .map(requirementText)
        .join(','),
  };
}

function meets(
  { key, operator, values }: Requirement,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'gt':
      return isInteger(value) && BigInt(value) > BigInt(values[0] ?? '0');
    case 'lt':
      return isInteger(value) && BigInt(value) < BigInt(values[0] ?? '0');
  }
}

function isInteger(value: string | undefined): value is string {
  return value !== undefined && /^-?\d+$/.test(value);
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'in':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(',')})`;
    case 'notin':
      return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} notin (${values.join(',')})`;
    case 'exists':
      return key;
    case 'absent':
      return `!${key}`;
    default:
      return `${key}${operator === 'gt' ? '>' : '<'}${values[0] ?? ''}`;
  }
}

function checked(requirement: Requirement): Requirement {
  const mistake = checkKey(requirement.key) ?? checkValues(requirement);
  if (mistake !== undefined) throw new SelectorError(mistake);
  return requirement;
}

const symbols = ['==', '!=', '=', '!', '<', '>', ',', '(', ')'];

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = text.match(/==|!=|[=!<>,()]|[^\s=!<>,()]+/g) ?? [];
  }

  all(): readonly Requirement[] {
    const found: Requirement[] = [];
    if (this.peek() === '') return found;
    if (!isWord(this.peek()) && this.peek() !== '!')
      throw unexpected(this.peek(), "!, identifier, or 'end of string'");
    for (;;) {
      try {
        found.push(this.requirement());
      } catch (thrown) {
        throw thrown instanceof SelectorError
          ? new SelectorError(`unable to parse requirement: ${thrown.message}`)
          : thrown;
      }
      const next = this.take();
      if (next === '') return found;
      if (next !== ',') throw unexpected(next, "',' or 'end of string'");
      if (!isWord(this.peek()) && this.peek() !== '!') throw unexpected(this.peek(), "identifier after ','");
    }
  }

  private requirement(): Requirement {
    const negated = this.peek() === '!';
    if (negated) this.take();
    const key = this.take();
    if (!isWord(key)) throw unexpected(key, negated ? 'identifier' : "!, identifier, or 'end of string'");
    const next = this.peek();
    if (negated || next === '' || next === ',')
      return checked({ key, operator: negated ? 'absent' : 'exists', values: [] });
    this.take();
    switch (next) {
      case 'in':
      case 'notin':
        return checked({ key, operator: next, values: this.values() });
      case '=':
      case '==':
        return checked({ key, operator: 'in', values: [this.value()] });
      case '!=':
        return checked({ key, operator: 'notin', values: [this.value()] });
      case '<':
      case '>':
        return checked({ key, operator: next === '<' ? 'lt' : 'gt', values: [this.value()] });
      default:
        throw unexpected(next, 'in, notin, =, ==, !=, gt, lt');
    }
  }

  private value(): string {
    const next = this.peek();
    if (next === '' || next === ',') return '';
    if (!isWord(next)) throw unexpected(next, 'identifier');
    return this.take();
  }

  /** An empty place between commas is the empty text. */
  private values(): readonly string[] {
    const open = this.take();
    if (open !== '(') throw new SelectorError(`found '${open}' expected: '('`);
    const found = new Set<string>();
    let wanted = true;
    for (;;) {
      const next = this.take();
      if (next === ')' || next === ',') {
        if (wanted) found.add('');
        if (next === ')') return [...found].sort();
        wanted = true;
      } else if (isWord(next) && wanted) {
        found.add(next);
        wanted = false;
      } else {
        throw unexpected(next, wanted ? "',', ')' or identifier" : "',' or ')'");
      }
    }
  }

  private peek(): string {
    return this.tokens[this.at] ?? '';
  }

  private take(): string {
    return this.tokens[this.at++] ?? '';
  }
}

function isWord(token: string): boolean {
  return token !== '' && !symbols.includes(token);
}

function unexpected(found: string, expected: string): SelectorError {
  return new SelectorError(`found '${found}', expected: ${expected}`);
}

function attempt<T>(run: () => T): Result<T> {
  try {
    return ok(run());
  } catch (thrown) {
    if (thrown instanceof SelectorError) return err(problem('selector', thrown.message));
    throw thrown;
  }
}
