import { isRecord } from '@plumbline/base';
import { expandVariables } from '../context.ts';
import type { RenderContext } from '../context.ts';

/** Argo CD's build environment, in its order. */
const buildVariables = [
  'ARGOCD_APP_NAME',
  'ARGOCD_APP_NAMESPACE',
  'ARGOCD_APP_PROJECT_NAME',
  'ARGOCD_APP_REVISION',
  'ARGOCD_APP_REVISION_SHORT',
  'ARGOCD_APP_REVISION_SHORT_8',
  'ARGOCD_APP_SOURCE_REPO_URL',
  'ARGOCD_APP_SOURCE_PATH',
  'ARGOCD_APP_SOURCE_TARGET_REVISION',
] as const;

/**
 * What a plugin's commands see: the build environment, the cluster's versions, the source's `env` with `ARGOCD_ENV_` in
 * front of each name, and its parameters as JSON and one by one. `plugin` is the source's block, if it has one.
 */
export function pluginEnvironment(plugin: unknown, context: RenderContext): Record<string, string> {
  const environment = new Map<string, string>();
  for (const name of buildVariables) {
    const value = context.variable?.(name);
    environment.set(name, value ?? '');
  }
  environment.set('KUBE_VERSION', plainVersion(context.kubeVersion ?? ''));
  environment.set('KUBE_API_VERSIONS', (context.apiVersions ?? []).join(','));
  if (isRecord(plugin)) {
    const known = new Map(environment);
    const expansion: RenderContext = { variable: (name) => known.get(name) };
    for (const { name, value } of entriesOf(plugin['env']))
      environment.set(`ARGOCD_ENV_${name}`, expandVariables(value, expansion));
    for (const [name, value] of parameterVariables(plugin['parameters'])) environment.set(name, value);
  }
  return Object.fromEntries(environment);
}

/** `v1.36.0+k3s1` is `1.36.0`. */
function plainVersion(version: string): string {
  return /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? version;
}

function entriesOf(list: unknown): { readonly name: string; readonly value: string }[] {
  const entries = Array.isArray(list) ? (list as readonly unknown[]) : [];
  return entries.filter(isRecord).map(({ name, value }) => ({
    name: typeof name === 'string' ? name : '',
    value: typeof value === 'string' ? value : '',
  }));
}

/** `ARGOCD_APP_PARAMETERS`, and `PARAM_<NAME>` with `_<index>` or `_<KEY>` for lists and tables. */
function parameterVariables(list: unknown): (readonly [string, string])[] {
  const parameters = Array.isArray(list) ? (list as readonly unknown[]).filter(isRecord) : undefined;
  const variables: (readonly [string, string])[] = [];
  for (const parameter of parameters ?? []) {
    const name = `PARAM_${escaped(textOf(parameter['name']))}`;
    const { string: text, map, array } = parameter;
    if (typeof text === 'string') variables.push([name, text]);
    for (const [key, value] of Object.entries(isRecord(map) ? map : {}))
      variables.push([`${name}_${escaped(key)}`, textOf(value)]);
    for (const [i, value] of (Array.isArray(array) ? (array as readonly unknown[]) : []).entries())
      variables.push([`${name}_${i}`, textOf(value)]);
  }
  return [['ARGOCD_APP_PARAMETERS', goJson(parameters?.map(shape) ?? null)], ...variables];
}

/** The members that Argo CD writes, in its order; an empty list or table is there, an absent one is not. */
function shape(parameter: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { name, string: text, map, array } = parameter;
  return {
    ...(Array.isArray(array) ? { array } : {}),
    ...(isRecord(map) ? { map: sorted(map) } : {}),
    name: textOf(name),
    ...(typeof text === 'string' ? { string: text } : {}),
  };
}

function sorted(map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function escaped(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}

/** JSON as Go writes it: safe inside of HTML. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
