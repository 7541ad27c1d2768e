import { isRecord } from '@plumbline/base';
import { readYaml, substitute } from '@plumbline/languages';
import { writeResource } from '../kustomize/output.ts';
import { KustomizeError } from '../kustomize/problem.ts';
import { metadataOf, nameOf } from '../kustomize/resource.ts';
import type { JsonObject } from '../kustomize/resource.ts';
import { goYamlText } from '../kustomize/problem.ts';
import type { PostBuild, VariablesPort } from './types.ts';

/** Keeps a resource as it was built: a label or an annotation with the value `disabled`. */
const switchName = 'kustomize.toolkit.fluxcd.io/substitute';

const variableName = /^[_A-Za-z][_A-Za-z0-9]*$/;
const variableNameText = '^[_[:alpha:]][_[:alpha:][:digit:]]*$';

export interface SubstitutionOptions {
  /** A variable that is not defined and has no default is an error. */
  readonly strict: boolean;
  readonly variables: VariablesPort | undefined;
}

/** Replaces variables in the text of a resource. */
export interface Substitution {
  /** Undefined: it stays as it is. */
  apply(object: JsonObject): JsonObject | undefined;
  /** Where the variables of a text come from: `cluster_env of ConfigMap/settings`. */
  sourcesOf(text: string): readonly string[];
}

/** Reads the variables and gives what replaces them. Undefined: there is nothing to do for any resource. */
export async function prepareSubstitution(
  postBuild: PostBuild,
  options: SubstitutionOptions,
): Promise<Substitution | undefined> {
  const variables = await loadVariables(postBuild, options.variables);
  if (variables.size === 0 && postBuild.substituteStrategy !== 'Always') return undefined;
  const invalid = [...variables.keys()].find((name) => !variableName.test(name));
  const apply = (object: JsonObject): JsonObject | undefined => {
    if (isSwitchedOff(object)) return undefined;
    if (invalid !== undefined)
      throw new KustomizeError(
        `envsubst error: '${invalid}' var name is invalid, must match '${variableNameText}'`,
      );
    return substituteIn(object, variables, options.strict);
  };
  return { apply, sourcesOf: (text) => sourcesIn(text, variables) };
}

interface Variable {
  readonly value: string;
  readonly from: string;
}

/** The variables that a text names, each with who has defined it. */
function sourcesIn(text: string, variables: ReadonlyMap<string, Variable>): readonly string[] {
  const names = new Set([...text.matchAll(/\$\{#?([_A-Za-z]\w*)/g)].map((match) => match[1] ?? ''));
  return [...names].map((name) => {
    const known = variables.get(name);
    return known === undefined ? `the default of ${name}` : `${name} of ${known.from}`;
  });
}

/** Later sources of variables count more, those in the spec itself most. Line ends are taken out of all values. */
async function loadVariables(
  postBuild: PostBuild,
  port: VariablesPort | undefined,
): Promise<ReadonlyMap<string, Variable>> {
  const variables = new Map<string, Variable>();
  const add = (data: Readonly<Record<string, string>>, from: string): void => {
    for (const [name, value] of Object.entries(data))
      variables.set(name, { value: value.replaceAll('\n', ''), from });
  };
  for (const reference of port === undefined ? [] : (postBuild.substituteFrom ?? [])) {
    const { kind, name } = reference;
    if (kind !== 'ConfigMap' && kind !== 'Secret') continue;
    const data = await port?.(reference);
    if (data?.ok === false)
      throw new KustomizeError(`substitute from '${kind}/${name}' error: ${data.error.message}`, data.error);
    if (data?.value !== undefined) add(data.value, `${kind}/${name}`);
    else if (reference.optional !== true)
      throw new KustomizeError(
        `substitute from '${kind}/${name}' error: ${kind.toLowerCase()}s "${name}" not found`,
        { code: 'variables-missing' },
      );
  }
  add(postBuild.substitute ?? {}, 'spec.postBuild.substitute');
  return variables;
}

function isSwitchedOff(object: JsonObject): boolean {
  const metadata = metadataOf(object);
  return ['labels', 'annotations'].some((field) => {
    const held = metadata?.[field];
    return isRecord(held) && held[switchName] === 'disabled';
  });
}

/** The text of the resource is substituted and read again, so that a value may become a number, a list or a mapping. */
function substituteIn(
  object: JsonObject,
  variables: ReadonlyMap<string, Variable>,
  strict: boolean,
): JsonObject | undefined {
  const text = writeResource(object);
  const done = substitute(text, (name) => variables.get(name)?.value, { strict });
  if (!done.ok)
    throw new KustomizeError(`envsubst error: variable substitution failed: ${done.error.message}`, {
      code: 'substitution-failed',
      hint: hintFor(done.error.message),
    });
  if (done.value === text) return undefined;
  if (isCut(done.value) && !isCut(text) && ![...variables.values()].some(({ value }) => isCut(value)))
    throw new KustomizeError('envsubst error: YAMLToJSON: yaml: invalid trailing UTF-8 octet', {
      code: 'substitution-failed',
      hint: 'offsets and lengths count bytes, and this one cuts a character in two',
    });
  const read = readYaml(done.value, { file: nameOf(object), duplicateKeys: 'last' });
  if (!read.ok)
    throw new KustomizeError(`envsubst error: YAMLToJSON: ${goYamlText(read.error)}`, {
      code: 'substitution-failed',
      hint: 'quotes around a variable are gone after the build; let the value bring its own if it is to be text',
    });
  const value = read.value[0]?.value;
  if (!isRecord(value))
    throw new KustomizeError('UnmarshalJSON: the substituted text is no mapping', {
      code: 'substitution-failed',
    });
  return value as JsonObject;
}

/** Stands where bytes are no character. */
function isCut(text: string): boolean {
  return text.includes('\ufffd');
}

function hintFor(message: string): string {
  return message.startsWith('variable not set')
    ? 'define it under spec.postBuild, or give it a default: ${name:=value}'
    : `write $\${ for what is to stay, or switch substitution off for the resource by the annotation ${switchName}: disabled`;
}
