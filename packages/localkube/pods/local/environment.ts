import type { KubeObject } from '@plumbline/api';
import { record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { Access } from '../../registry/types.ts';
import { expand } from './expand.ts';
import { fieldValue, resourceValue } from './fields.ts';
import type { PathMapping } from './mapping.ts';

/** Where programs are looked for unless a container says otherwise. Nothing of this program's own environment is passed on. */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

export interface EnvironmentRequest {
  readonly access: Access;
  readonly pod: KubeObject;
  readonly container: Fields;
  readonly ip: string;
  readonly mapping: PathMapping;
  /** Variables that every container has here; its own come after them. */
  readonly given: Readonly<Record<string, string>>;
}

/** A container's variables as kubelet makes them: `envFrom`, then `env` in order, each with what came before it expanded. */
export function environmentOf(request: EnvironmentRequest): Readonly<Record<string, string>> {
  const { access, pod, container, mapping } = request;
  const namespace = pod.metadata.namespace ?? '';
  const variables = new Map<string, string>();
  for (const source of records(container['envFrom'])) {
    const prefix = text(source['prefix']);
    const [configMap, secret] = [record(source['configMapRef']), record(source['secretRef'])];
    if (text(configMap['name']) !== '') {
      const data = record(access.get('', 'ConfigMap', namespace, text(configMap['name']))?.['data']);
      for (const [key, value] of Object.entries(data))
        variables.set(prefix + key, mapping.rewrite(text(value)));
    }
    if (text(secret['name']) !== '') {
      const data = record(access.get('', 'Secret', namespace, text(secret['name']))?.['data']);
      for (const [key, value] of Object.entries(data)) variables.set(prefix + key, decoded(value));
    }
  }
  for (const variable of records(container['env'])) {
    const value = valueOf(request, variable, (name) => variables.get(name));
    if (value !== undefined) variables.set(text(variable['name']), value);
  }
  return { ...request.given, ...Object.fromEntries(variables) };
}

const decoded = (value: unknown): string => Buffer.from(text(value), 'base64').toString();

function valueOf(
  { access, pod, container, ip, mapping }: EnvironmentRequest,
  variable: Fields,
  known: (name: string) => string | undefined,
): string | undefined {
  const from = record(variable['valueFrom']);
  const namespace = pod.metadata.namespace ?? '';
  const [field, resource, configMap, secret] = [
    record(from['fieldRef']),
    record(from['resourceFieldRef']),
    record(from['configMapKeyRef']),
    record(from['secretKeyRef']),
  ];
  if (text(field['fieldPath']) !== '') return fieldValue(pod, text(field['fieldPath']), ip);
  if (text(resource['resource']) !== '') return resourceValue(pod, resource, container);
  if (text(configMap['key']) !== '') {
    const object = access.get('', 'ConfigMap', namespace, text(configMap['name']));
    const value = record(object?.['data'])[text(configMap['key'])];
    return typeof value === 'string' ? mapping.rewrite(value) : undefined;
  }
  if (text(secret['key']) !== '') {
    const object = access.get('', 'Secret', namespace, text(secret['name']));
    const value = record(object?.['data'])[text(secret['key'])];
    // A secret is passed on as it is: what looks like a path in it may be a part of a password.
    return typeof value === 'string' ? decoded(value) : undefined;
  }
  return mapping.rewrite(expand(text(variable['value']), known));
}
