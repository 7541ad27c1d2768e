import {
  GoError,
  helmDurationFunctions,
  nilList,
  nilMap,
  quoteString,
  readGoYaml,
  readToml,
  TemplateError,
  writeGoYaml,
  writeGoYamlPretty,
  writeToml,
} from '@plumbline/languages';
import type {
  Execution,
  GoFunctions,
  GoMap,
  TemplateFunction,
  TemplateFunctions,
  Value,
} from '@plumbline/languages';
import { jsonWord } from './chart/fields.ts';
import type { HelmProfile } from './chart/types.ts';
import { marked, recursionMax } from './context.ts';
import type { HelmContext } from './context.ts';

/** What Helm adds to sprig, and what it takes away. */
export function helmFunctions(sprig: GoFunctions, profile: HelmProfile): TemplateFunctions {
  const functions = new Map<string, TemplateFunction>(sprig);
  functions.delete('env');
  functions.delete('expandenv');
  for (const [name, each] of Object.entries(common)) functions.set(name, each);
  addJson(functions, sprig, profile);
  if (profile === 4)
    functions.set(
      'mustToToml',
      panicking(['any'], ([value]) => writeToml(value ?? null)),
    );
  if (profile === 4) {
    functions.set(
      'mustToYaml',
      panicking(['any'], ([value]) => yamlOf(value)),
    );
    for (const [name, each] of helmDurationFunctions()) functions.set(name, each);
  }
  return functions;
}

const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

const common: Readonly<Record<string, TemplateFunction>> = {
  include: { params: ['string', 'any'], result: 'string', call: include },
  tpl: { params: ['string', 'any'], result: 'string', call: evaluate },
  required: {
    params: ['string', 'any'],
    result: 'any',
    call: ([warning, value]) => {
      if (value === null || value === undefined || value === '') throw new GoError(marked(text(warning)));
      return value;
    },
  },
  fail: {
    params: ['string'],
    result: 'string',
    call: ([message]) => {
      throw new GoError(marked(text(message)));
    },
  },
  lookup: {
    params: ['string', 'string', 'string', 'string'],
    result: 'map',
    call: ([apiVersion, kind, namespace, name], execution) => {
      const context = execution.context as HelmContext;
      return (
        context.lookup?.(text(apiVersion), text(kind), text(namespace), text(name)) ??
        new Map<string, Value>()
      );
    },
  },
  getHostByName: { params: ['string'], result: 'string', call: () => '' },
  toYaml: { params: ['any'], result: 'string', call: ([value]) => orNothing(() => yamlOf(value)) },
  toYamlPretty: {
    params: ['any'],
    result: 'string',
    call: ([value]) => orNothing(() => cut(writeGoYamlPretty(value ?? null))),
  },
  toToml: {
    params: ['any'],
    result: 'string',
    call: ([value]) => {
      try {
        return writeToml(value ?? null);
      } catch (thrown) {
        // Helm prints what is wrong instead.
        if (!(thrown instanceof GoError) || thrown.panic) throw thrown;
        return thrown.message;
      }
    },
  },
  fromToml: {
    params: ['string'],
    result: 'map',
    call: ([source]) => intoMap(() => readToml(text(source)), jsonMismatch),
  },
  fromYaml: {
    params: ['string'],
    result: 'map',
    call: ([source]) => intoMap(() => readGoYaml(text(source)) ?? new Map<string, Value>(), yamlMismatch),
  },
  fromYamlArray: {
    params: ['string'],
    result: 'list',
    call: ([source]) => intoList(() => readGoYaml(text(source)) ?? [], yamlMismatch),
  },
};

function include([name, data]: readonly Value[], execution: Execution): Value {
  const template = text(name);
  if (execution.depthOf(template) > recursionMax) {
    throw new GoError(
      `rendering template has a nested reference name: ${template}: unable to execute template`,
    );
  }
  return execution.include(template, data ?? null);
}

function evaluate([source, data]: readonly Value[], execution: Execution): Value {
  const template = text(source);
  // Most texts that charts hand to `tpl` have nothing to evaluate.
  if (!template.includes('{{')) return template.replaceAll('<no value>', '');
  try {
    return execution.evaluate('gotpl', template, data ?? null, { dropNoValue: true });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw thrown;
    if (!(thrown instanceof TemplateError) || thrown.kind === 'limit') throw thrown;
    const what =
      thrown.kind === 'parse' ? 'cannot parse template' : 'error during tpl function execution for';
    throw new GoError(`${what} ${quoteString(template)}: ${thrown.message}`);
  }
}

function yamlOf(value: Value | undefined): string {
  return cut(writeGoYaml(value ?? null));
}

function cut(yaml: string): string {
  return yaml.endsWith('\n') ? yaml.slice(0, -1) : yaml;
}

/** Helm swallows what a conversion cannot say. */
function orNothing(run: () => string): string {
  try {
    return run();
  } catch (thrown) {
    // A full stack is no matter of the value.
    if (thrown instanceof RangeError) throw thrown;
    return '';
  }
}

function intoMap(read: () => Value, words: (value: Value, type: string) => string): GoMap {
  try {
    const value = read();
    if (value === null) return nilMap();
    if (value instanceof Map) return value;
    return errorMap(words(value, 'map[string]interface {}'));
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    return errorMap(thrown.message);
  }
}

function errorMap(message: string): GoMap {
  return new Map([['Error', message]]);
}

function intoList(read: () => Value, words: (value: Value, type: string) => string): Value[] {
  try {
    const value = read();
    if (value === null) return nilList();
    return Array.isArray(value) ? value : [words(value, '[]interface {}')];
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    return [thrown.message];
  }
}

function jsonMismatch(value: Value, type: string): string {
  return `json: cannot unmarshal ${jsonWord(value)} into Go value of type ${type}`;
}

function yamlMismatch(value: Value, type: string): string {
  return `error unmarshaling JSON: while decoding JSON: ${jsonMismatch(value, type)}`;
}

function panicking(
  params: TemplateFunction['params'],
  run: (args: readonly Value[]) => Value,
): TemplateFunction {
  return {
    params,
    result: 'string',
    call: (args) => {
      try {
        return run(args);
      } catch (thrown) {
        throw new GoError(thrown instanceof Error ? thrown.message : String(thrown), { panic: true });
      }
    },
  };
}

function call(functions: GoFunctions, name: string, value: Value): Value {
  const found = functions.get(name);
  if (found === undefined) throw new GoError(`function ${JSON.stringify(name)} not defined`);
  return found.call([value]);
}

/** JSON is sprig's; only what happens to errors is Helm's. */
function addJson(functions: Map<string, TemplateFunction>, sprig: GoFunctions, profile: HelmProfile): void {
  const read = (source: Value | undefined) => () => call(sprig, 'mustFromJson', text(source));
  functions.set('fromJson', {
    params: ['string'],
    result: 'map',
    call: ([source]) => intoMap(read(source), jsonMismatch),
  });
  functions.set('fromJsonArray', {
    params: ['string'],
    result: 'list',
    call: ([source]) => intoList(read(source), jsonMismatch),
  });
  if (profile === 4) {
    functions.set(
      'mustToJson',
      panicking(['any'], ([value]) => call(sprig, 'mustToJson', value ?? null)),
    );
  }
}
