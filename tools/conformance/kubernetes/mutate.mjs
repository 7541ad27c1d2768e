// Changes to an object along its schema: one mistake, or one more field, in a place that chance picks.
import { schemaFor } from '../../../packages/api/kubernetes/schema/index.ts';

export function shapeOf(object) {
  const [group, version] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion];
  return schemaFor({ group, version, kind: object.kind });
}

/** Words that fields of these names take, right ones and wrong ones. */
const words = {
  protocol: ['TCP', 'UDP', 'SCTP', 'HTTP', 'tcp'],
  imagePullPolicy: ['Always', 'Never', 'Sometimes'],
  restartPolicy: ['Always', 'Never', 'OnFailure', 'Maybe'],
  dnsPolicy: ['ClusterFirst', 'None', 'Default', 'X'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Equal', 'X'],
  effect: ['NoSchedule', 'NoExecute', 'X'],
  type: [
    'RollingUpdate',
    'OnDelete',
    'Recreate',
    'ClusterIP',
    'NodePort',
    'RuntimeDefault',
    'Localhost',
    'X',
  ],
  pathType: ['Prefix', 'Exact', 'X'],
  policyTypes: ['Ingress', 'Egress', 'X'],
  scope: ['Namespaced', 'Cluster', '*', 'Namespace', 'X'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway', 'X'],
  fieldPath: ['metadata.name', 'spec.nodeName', 'metadata.x', "metadata.annotations['a']"],
  path: ['/a', 'a/b', '../x', '/a//b'],
  mountPath: ['/a', 'b', '/a:b', ''],
  kind: ['ConfigMap', 'User', 'Pod', 'X'],
  apiGroup: ['rbac.authorization.k8s.io', 'apps', 'A_b'],
  accessModes: ['ReadWriteOnce', 'ReadWriteOncePod', 'X'],
  volumeMode: ['Block', 'X'],
  schedule: ['@hourly', '* * * *', '61 * * * *', 'TZ=UTC 0 0 * * *', 'x'],
  timeZone: ['Etc/UTC', 'Nowhere/City', 'local', ''],
  verbs: ['get', '*', 'X'],
  host: ['a.b.c', '*.x.y', 'A_b', '1.2.3.4', '*'],
  ip: ['10.1.1.1', '127.0.0.1', '::1', 'x', '010.1.1.1', '169.254.1.1'],
  cidr: ['10.0.0.0/8', '10.0.0.1/8', 'x', '::/0'],
  resource: ['limits.cpu', 'requests.memory', 'limits.x', 'pods'],
  name: ['a', 'A_b', 'a.b', '-a', 'a/b', 'x'.repeat(64), ''],
  key: ['a', 'a b', 'example.com/k', '', '..'],
  expression: ['true', 'object.x', '1 +', '"x"'],
};

const texts = [
  '',
  'x',
  'Bad_Name',
  'a b',
  'x'.repeat(64),
  'x'.repeat(254),
  'a.b',
  '-x',
  '1',
  '/abs',
  'a/b/c',
  'example.com/x',
];
const numbers = [0, -1, 1, 2, 100, 65_536, 2_147_483_647];
const amounts = ['1', '0', '-1', '1.5', '1Gi', '100m', '0.0001', '1e3', 'abc', '1 Gi', ''];

function wordFor(r, name) {
  const known = words[name];
  return known !== undefined && r.chance(0.8) ? r.pick(known) : r.pick(texts);
}

/** A value of a schema that a person might have written, right or wrong. */
export function valueOf(r, node, name, depth = 0) {
  switch (node.type) {
    case 'string':
      return wordFor(r, name);
    case 'integer':
    case 'number':
      return r.pick(numbers);
    case 'boolean':
      return r.chance(0.5);
    case 'quantity':
      return r.pick(amounts);
    case 'int-or-string':
      return r.pick([0, 1, -1, '50%', '150%', 'http', 'x%', 70_000]);
    case 'time':
      return r.pick(['2026-01-02T03:04:05Z', 'yesterday', '']);
    case 'bytes':
      return r.pick(['YQ==', '', '***']);
    case 'map':
      return r.chance(0.2)
        ? {}
        : { [r.pick(['a', 'a b', 'example.com/x', 'cpu'])]: valueOf(r, node.items, 'value', depth + 1) };
    case 'list':
      return r.chance(0.15)
        ? []
        : [
            valueOf(r, node.items, name, depth + 1),
            ...(r.chance(0.2) ? [valueOf(r, node.items, name, depth + 1)] : []),
          ];
    case 'object': {
      const fields = Object.entries(node.fields ?? {});
      const made = {};
      for (const [field, shape] of fields)
        if (
          (node.required ?? []).includes(field) ? r.chance(0.9) : depth < 2 && r.chance(1.2 / fields.length)
        )
          made[field] = valueOf(r, shape, field, depth + 1);
      return made;
    }
    default:
      return r.pick([{ a: 1 }, 'x', [1]]);
  }
}

const otherTypes = (r, node) =>
  r.pick(
    [5, 'text', true, [], {}, ['x'], { a: 'b' }, 1.5, null].filter((value) => typeName(value) !== node.type),
  );

function typeName(value) {
  if (Array.isArray(value)) return 'list';
  if (value === null) return 'null';
  if (typeof value === 'object') return 'object';
  return typeof value === 'number' ? 'integer' : typeof value;
}

/** Goes down from the root into what is there, and answers the place at which to change something. */
function place(r, object, shape) {
  let at = { holder: undefined, key: undefined, value: object, shape };
  const path = [];
  for (;;) {
    const { value, shape: node } = at;
    const inner = membersOf(value, node).filter(
      ([key]) => path.length > 0 || (key !== 'apiVersion' && key !== 'kind'),
    );
    if (inner.length === 0 || (path.length > 0 && r.chance(0.18))) return { ...at, path };
    const chosen = r.pick(path.length === 0 && r.chance(0.85) ? notMetadata(inner) : inner);
    path.push(chosen[0]);
    at = { holder: value, key: chosen[0], value: chosen[1], shape: chosen[2] };
  }
}

const notMetadata = (members) => {
  const rest = members.filter(([key]) => key !== 'metadata');
  return rest.length > 0 ? rest : members;
};

function membersOf(value, node) {
  if (value === null || typeof value !== 'object' || node === undefined) return [];
  if (Array.isArray(value)) return value.map((item, n) => [n, item, node.items]);
  if (node.type === 'map') return Object.entries(value).map(([key, item]) => [key, item, node.items]);
  return Object.entries(value)
    .filter(([key]) => node.fields?.[key] !== undefined)
    .map(([key, item]) => [key, item, node.fields[key]]);
}

const remove = (holder, key) => (Array.isArray(holder) ? holder.splice(key, 1) : delete holder[key]);

/** Adds a field that the schema has and the object lacks. */
function addField(r, { value, shape, path }) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const absent = Object.keys(shape.fields ?? {}).filter(
    (field) =>
      value[field] === undefined && !['managedFields', 'selfLink', 'status', 'initializers'].includes(field),
  );
  if (absent.length === 0) return undefined;
  const field = r.pick(absent);
  value[field] = valueOf(r, shape.fields[field], field);
  return `add ${[...path, field].join('.')}`;
}

const changes = {
  add: (r, at) => (at.shape?.type === 'object' ? addField(r, at) : undefined),
  remove(r, at) {
    if (at.holder === undefined) return undefined;
    remove(at.holder, at.key);
    return `remove ${at.path.join('.')}`;
  },
  replace(r, at) {
    if (at.holder === undefined || at.shape === undefined || ['object'].includes(at.shape.type))
      return undefined;
    at.holder[at.key] = valueOf(r, at.shape, typeof at.key === 'number' ? at.path.at(-2) : at.key);
    return `replace ${at.path.join('.')}`;
  },
  mistype(r, at) {
    if (at.holder === undefined || at.shape === undefined || at.shape.type === 'any') return undefined;
    at.holder[at.key] = otherTypes(r, at.shape);
    return `mistype ${at.path.join('.')}`;
  },
  empty(r, at) {
    if (at.holder === undefined || at.shape === undefined) return undefined;
    if (at.shape.type === 'list') at.holder[at.key] = [];
    else if (at.shape.type === 'object' || at.shape.type === 'map') at.holder[at.key] = {};
    else if (at.shape.type === 'string') at.holder[at.key] = '';
    else return undefined;
    return `empty ${at.path.join('.')}`;
  },
  repeat(r, at) {
    if (at.shape?.type !== 'list' || !Array.isArray(at.value) || at.value.length === 0) return undefined;
    at.value.push(structuredClone(r.pick(at.value)));
    return `repeat ${at.path.join('.')}`;
  },
  unknown(r, at) {
    if (at.shape?.type !== 'object' || at.value === null || typeof at.value !== 'object') return undefined;
    at.value[r.pick(['surprise', 'Name', 'imagePullPolcy'])] = r.pick([1, 'x', {}]);
    return `unknown below ${at.path.join('.')}`;
  },
};

const weights = [
  'add',
  'add',
  'add',
  'add',
  'remove',
  'remove',
  'replace',
  'replace',
  'replace',
  'replace',
  'mistype',
  'empty',
  'repeat',
  'unknown',
];

/** A changed copy and what was done. `kinds`: which changes may be made. */
export function mutated(r, object, times = 1, kinds = weights) {
  const copy = structuredClone(object);
  const done = [];
  for (let tries = 0; done.length < times && tries < 40; tries++) {
    const change = changes[r.pick(kinds)](r, place(r, copy, shapeOf(object)));
    if (change !== undefined) done.push(change);
  }
  return { object: copy, done };
}
