/** Any Kubernetes object as plain data. Objects that pass between rooms are never changed in place. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** `metav1.ObjectMeta`. Times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly [field: string]: unknown;
}

/** `metav1.OwnerReference`: the object that an object goes with. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metav1.ManagedFieldsEntry`: the fields that a manager owns. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}

/** The metav1.Status that every failed request answers with. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
    readonly retryAfterSeconds?: number;
  };
}

/** What a kind is called in `apiVersion` and `kind`. `group` is '' for the core group. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Which object: `namespace` is '' for cluster-scoped kinds, `group` is '' for the core group. The version is no part of it. */
export interface ObjectKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What most objects say. Taking it apart would make the same texts again for each of them. */
const common = new Map(
  [
    ['apps', 'v1'],
    ['batch', 'v1'],
    ['policy', 'v1'],
    ['autoscaling', 'v2'],
    ['discovery.k8s.io', 'v1'],
    ['networking.k8s.io', 'v1'],
    ['rbac.authorization.k8s.io', 'v1'],
    ['apiextensions.k8s.io', 'v1'],
    ['coordination.k8s.io', 'v1'],
    ['events.k8s.io', 'v1'],
    ['storage.k8s.io', 'v1'],
    ['argoproj.io', 'v1alpha1'],
  ].map(([group = '', version = '']) => [`${group}/${version}`, Object.freeze({ group, version })]),
);

/** Takes `apps/v1` apart; `v1` alone is the core group ''. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const known = common.get(apiVersion);
  if (known !== undefined) return known;
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** Puts group and version together: `apps/v1`, and `v1` for the core group. */
export function formatApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Group, version and kind of an object. */
export function gvkOf(object: Pick<KubeObject, 'apiVersion' | 'kind'>): GroupVersionKind {
  const { group, version } = parseApiVersion(object.apiVersion);
  return { group, version, kind: object.kind };
}

/** What names an object in a cluster, whatever its version. */
export function keyOf(object: KubeObject): ObjectKey {
  return {
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** A text that is equal exactly for equal keys: `group/kind/namespace/name`. */
export function keyText(key: ObjectKey): string {
  return `${key.group}/${key.kind}/${key.namespace}/${key.name}`;
}
