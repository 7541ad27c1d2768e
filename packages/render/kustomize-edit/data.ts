import type { YamlEdit } from '@plumbline/languages';
import { isRecord } from '@plumbline/base';
import { listOf, Refusal, removedItems, textOf } from './lists.ts';
import type { Fields } from './lists.ts';
import type { DataFlags, KustomizationEdit } from './types.ts';

const fields = { ConfigMap: 'configMapGenerator', Secret: 'secretGenerator' } as const;

/** No namespace and `default` mean the same here. */
function isNamed(item: unknown, names: readonly string[], namespace = ''): boolean {
  return (
    names.includes(textOf(item, 'name')) &&
    (textOf(item, 'namespace') || 'default') === (namespace || 'default')
  );
}

function indexOfData(kustomization: Fields, kind: DataFlags['kind'], name: string, namespace = ''): number {
  return listOf(kustomization, fields[kind]).findIndex((item) => isNamed(item, [name], namespace));
}

const behaviors = ['create', 'replace', 'merge'];

/** Adds sources to an entry, or makes one. */
export function addedData(kustomization: Fields, data: DataFlags): YamlEdit[] {
  const { kind, name, namespace = '', literals = [], files = [], envFile = '', behavior = '' } = data;
  if (literals.length === 0 && files.length === 0 && envFile === '')
    throw new Refusal(
      'failed to validate flags: at least from-env-file, or from-file or from-literal must be set',
    );
  if (envFile !== '' && (literals.length > 0 || files.length > 0))
    throw new Refusal(
      'failed to validate flags: from-env-file cannot be combined with from-file or from-literal',
    );
  if (behavior !== '' && !behaviors.includes(behavior))
    throw new Refusal(
      'failed to validate flags: invalid behavior: must be one of "create", "merge", or "replace"',
    );
  const index = indexOfData(kustomization, kind, name, namespace);
  checkKeys(listOf(kustomization, fields[kind])[index], data);
  const entry = {
    ...(behavior === '' ? {} : { behavior }),
    ...(data.disableNameSuffixHash === true ? { options: { disableNameSuffixHash: true } } : {}),
  };
  const sources = { literals, files, envs: envFile === '' ? [] : [envFile] };
  const said = Object.entries(sources).filter(([, list]) => list.length > 0);
  if (index < 0) {
    const type = kind === 'Secret' ? { type: data.secretType || 'Opaque' } : {};
    const spaced = namespace === '' ? {} : { namespace };
    const value = { name, ...spaced, ...entry, ...Object.fromEntries(said), ...type };
    return [{ type: 'append', path: [fields[kind]], value }];
  }
  return [
    ...said.flatMap(([field, list]) =>
      list.map((value): YamlEdit => ({ type: 'append', path: [fields[kind], index, field], value })),
    ),
    ...Object.entries(entry).map(([field, value]): YamlEdit => ({
      type: 'set',
      path: [fields[kind], index, field],
      value,
    })),
  ];
}

/** What a build would refuse is not written: literals without a key, and keys that are there twice. */
function checkKeys(item: unknown, { kind, name, literals = [], files = [], ...env }: DataFlags): void {
  const known = new Set<string>();
  const held = isRecord(item) ? item : {};
  const add = (key: string): void => {
    if (known.has(key))
      throw new Refusal(
        `failed to create ${kind.toLowerCase()}: configmap ${name} illegally repeats the key \`${key}\``.replace(
          'configmap ',
          kind === 'Secret' ? 'secret ' : 'configmap ',
        ),
      );
    known.add(key);
  };
  const { envKeys = () => [], envFile = '' } = env;
  const envs = [...listOf(held, 'envs').map(String), textOf(held, 'env'), envFile];
  for (const path of envs.filter((one) => one !== '')) for (const key of envKeys(path)) add(key);
  for (const file of [...listOf(held, 'files'), ...files]) {
    const [key = '', path] = String(file).split('=');
    add(path === undefined ? (key.split('/').at(-1) ?? '') : key);
  }
  for (const literal of [...listOf(held, 'literals'), ...literals]) {
    const text = String(literal);
    const cut = text.indexOf('=');
    if (cut < 1)
      throw new Refusal(
        `failed to create ${kind.toLowerCase()}: loading KV pairs: literal sources [${[...listOf(held, 'literals'), ...literals].join(' ')}]: invalid literal source ${text}, expected key=value`,
      );
    add(text.slice(0, cut));
  }
}

/** Gives keys of an entry other values, or the entry another namespace. */
export function changedData(
  kustomization: Fields,
  edit: Extract<KustomizationEdit, { type: 'setData' }>,
): YamlEdit[] {
  const { kind, name, namespace, literals, newNamespace } = edit;
  const failed = `failed to create ${kind.toLowerCase()}`;
  if (literals.length === 0 && newNamespace === '')
    throw new Refusal(
      'failed to validate flags: at least one of [--from-literal, --new-namespace] must be specified',
    );
  const index = indexOfData(kustomization, kind, name, namespace);
  if (index < 0)
    throw new Refusal(
      `${failed}: could not set new ${kind} value: unable to find ${kind} with name ${JSON.stringify(name)}`,
    );
  const item = listOf(kustomization, fields[kind])[index];
  const held = isRecord(item) ? listOf(item, 'literals').map(String) : [];
  const keyOf = (literal: string): string => {
    const parts = literal.split('=');
    if (parts.length === 2) return parts[0] ?? '';
    throw new Refusal(
      `${failed}: failed to update literal sources: failed to update resource: invalid format: literal values must be specified in the key=value format`,
    );
  };
  const keys = literals.length === 0 ? [] : held.map(keyOf);
  const edits = literals.map((literal): YamlEdit => {
    const key = keyOf(literal);
    const at = keys.lastIndexOf(key);
    if (at < 0)
      throw new Refusal(`${failed}: failed to update literal sources: key '${key}' not found in resource`);
    return { type: 'set', path: [fields[kind], index, 'literals', at], value: literal };
  });
  if (newNamespace !== '')
    edits.push({ type: 'set', path: [fields[kind], index, 'namespace'], value: newNamespace });
  return edits;
}

/** Takes entries out; a name that is not there is only told of while another one is. */
export function removedData(
  kustomization: Fields,
  { kind, names, namespace }: Extract<KustomizationEdit, { type: 'removeData' }>,
): { readonly edits: YamlEdit[]; readonly notes: readonly string[] } {
  const word = kind.toLowerCase();
  const items = listOf(kustomization, fields[kind]);
  const found = new Set(
    items.filter((item) => isNamed(item, names, namespace)).map((item) => textOf(item, 'name')),
  );
  if (found.size === 0)
    throw new Refusal(`no specified ${word}(s) were found in the kustomization.yaml file`);
  const missing = names.filter((name) => !found.has(name));
  return {
    edits: removedItems(fields[kind], items, (item) => isNamed(item, names, namespace)),
    notes: missing.map((name) => `${word} ${name} doesn't exist in kustomization file`),
  };
}
