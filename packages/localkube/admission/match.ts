import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { parseSelector } from '../security/selector.ts';
import type { AdmissionRequest } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

export const records = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
export const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
export const record = (value: unknown): Fields => (isRecord(value) ? value : {});
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Finds the namespace of a request. */
export type FindNamespace = (name: string) => KubeObject | undefined;

/** Whether a webhook, or the constraints of a policy, are about a request. */
export function matches(
  constraints: Fields,
  rules: readonly Fields[],
  request: AdmissionRequest,
  namespaces: FindNamespace,
): boolean {
  const equivalent = constraints['matchPolicy'] !== 'Exact';
  if (records(constraints['excludeResourceRules']).some((rule) => matchesRule(rule, request, equivalent)))
    return false;
  return (
    rules.some((rule) => matchesRule(rule, request, equivalent)) &&
    matchesNamespace(constraints['namespaceSelector'], request, namespaces) &&
    matchesObject(constraints['objectSelector'], request)
  );
}

const includes = (list: unknown, value: string): boolean =>
  strings(list).some((one) => one === '*' || one === value);

function matchesRule(rule: Fields, request: AdmissionRequest, equivalent: boolean): boolean {
  const { resource, operation, name } = request;
  const names = strings(rule['resourceNames']);
  const scope = text(rule['scope']);
  const scoped = resource.namespaced;
  return (
    includes(rule['operations'], operation) &&
    includes(rule['apiGroups'], resource.group) &&
    // All versions of a kind are the same objects, so a rule about one of them is about all.
    (equivalent || includes(rule['apiVersions'], resource.version)) &&
    strings(rule['resources']).some((pattern) => matchesResource(pattern, request)) &&
    (names.length === 0 || names.includes(name)) &&
    (scope === '' || scope === '*' || scope === (scoped ? 'Namespaced' : 'Cluster'))
  );
}

function matchesResource(pattern: string, { resource, subresource }: AdmissionRequest): boolean {
  const [plural = '', sub = ''] = pattern.split('/');
  if (pattern === '*/*') return true;
  return (plural === '*' || plural === resource.plural) && (sub === '*' || sub === subresource);
}

/** Objects without a namespace are not selected by one; a namespace itself is selected by its own labels. */
function matchesNamespace(selector: unknown, request: AdmissionRequest, namespaces: FindNamespace): boolean {
  if (selector === undefined || selector === null) return true;
  const { resource, namespace, object, old } = request;
  if (resource.group === '' && resource.plural === 'namespaces')
    return parseSelector(selector)(labelsOf(object ?? old));
  if (namespace === '') return true;
  const found = namespaces(namespace);
  return found !== undefined && parseSelector(selector)(found.metadata.labels ?? {});
}

function matchesObject(selector: unknown, { object, old }: AdmissionRequest): boolean {
  if (selector === undefined || selector === null) return true;
  const test = parseSelector(selector);
  return (object !== undefined && test(labelsOf(object))) || (old !== undefined && test(labelsOf(old)));
}

function labelsOf(object: unknown): Readonly<Record<string, string>> {
  const metadata = record(record(object)['metadata']);
  return record(metadata['labels']) as Readonly<Record<string, string>>;
}
