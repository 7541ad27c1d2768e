// Sequences over built-in kinds: a seed gives a list of requests.
import { applySequence } from './applies.mjs';
import { customSequence, definitionSequence } from './custom.mjs';
import { collectionOf, kindNames, kinds } from './kinds.mjs';
import { lifecycleSequence, listSequence } from './lifecycle.mjs';
import { mutated } from './mutate.mjs';
import { randomOf } from './random.mjs';
import { example, home, patchBetween } from './shared.mjs';

const weighted = kindNames.flatMap((kind) => Array.from({ length: kinds[kind].weight ?? 1 }, () => kind));

/** How often each area comes, in parts of a hundred. */
const areas = [
  [24, 'objects', objectSequence],
  [26, 'mistakes', mistakeSequence],
  [16, 'updates', updateSequence],
  [12, 'apply', applySequence],
  [11, 'custom', customSequence],
  [4, 'definitions', definitionSequence],
  [4, 'lifecycle', lifecycleSequence],
  [3, 'lists', listSequence],
];

/** The sequence of a seed. `id` names its objects; another id gives the same sequence with other names. */
export function sequenceOf(seed, id, { only, area: wished } = {}) {
  const r = randomOf(seed);
  let part = r.below(100);
  let chosen = areas.at(-1);
  for (const area of areas) {
    if (part < area[0]) {
      chosen = area;
      break;
    }
    part -= area[0];
  }
  if (wished !== undefined) chosen = areas.find((area) => area[1] === wished) ?? chosen;
  const kind = only ?? r.pick(weighted);
  const world = { r, id, seed, kind, namespace: `conformance-${seed % 8}` };
  const made = chosen[2](world);
  return { seed, area: chosen[1], kind: made.kind ?? kind, about: made.about ?? '', steps: made.steps };
}

function options(world, more = {}) {
  const { r, kind } = world;
  const query = { ...more };
  if (kinds[kind].dry === true || r.chance(0.06)) query.dryRun = 'All';
  if (r.chance(0.25)) query.fieldValidation = r.pick(['Strict', 'Warn', 'Ignore']);
  if (r.chance(0.2)) query.fieldManager = r.pick(['me', 'kubectl-create']);
  return query;
}

function objectSequence(world) {
  const { r, kind } = world;
  const { namespace, first } = home(world);
  const body = example(world, namespace);
  const path = collectionOf(kind, namespace);
  const named = r.chance(0.06) && kinds[kind].name === undefined;
  if (named) {
    delete body.metadata.name;
    body.metadata.generateName = `${world.id}-`;
  }
  const accept = r.chance(0.08)
    ? r.pick([
        'application/json;as=Table;v=v1;g=meta.k8s.io',
        'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      ])
    : undefined;
  const steps = [...first, { method: 'POST', path, query: options(world), body }];
  if (!named)
    steps.push({
      method: 'GET',
      path: `${path}/${body.metadata.name}`,
      ...(accept !== undefined && { accept }),
    });
  return { steps };
}

function mistakeSequence(world) {
  const { r, kind } = world;
  const { namespace, first } = home(world);
  const { object, done } = mutated(r, example(world, namespace), r.pick([1, 1, 1, 1, 2, 3]));
  return {
    about: done.join(', '),
    steps: [
      ...first,
      { method: 'POST', path: collectionOf(kind, namespace), query: options(world), body: object },
    ],
  };
}

const plain = ['add', 'add', 'remove', 'replace', 'replace', 'replace', 'empty', 'repeat'];

function updateSequence(world) {
  const { r, kind } = world;
  const { namespace, first } = home(world);
  const body = example(world, namespace);
  const collection = collectionOf(kind, namespace);
  const path = `${collection}/${body.metadata.name}`;
  if (kinds[kind].dry === true) return mistakeSequence(world);
  const steps = [...first, { method: 'POST', path: collection, body, setup: true }];
  const created = steps.length - 1;
  const about = [];
  for (let n = r.between(1, 3); n > 0; n--) {
    const { object, done } = r.chance(0.15)
      ? { object: structuredClone(body), done: ['same'] }
      : mutated(r, body, r.pick([1, 1, 2]), plain);
    about.push(...done);
    const status = r.chance(0.15);
    const target = status ? `${path}/status` : path;
    if (status) object.status = statusFor(r, kind);
    if (r.chance(0.45)) {
      const version = r.pick(['', 'live', 'live', 'live', 'stale']);
      const before = steps.length;
      if (version === 'live') steps.push({ method: 'GET', path, setup: true });
      const from = version === 'live' ? before : created;
      const metadata = {
        ...object.metadata,
        ...(version !== '' && { resourceVersion: `{{${from}.metadata.resourceVersion}}` }),
      };
      steps.push({ method: 'PUT', path: target, query: options(world), body: { ...object, metadata } });
    } else {
      const patch = patchBetween(r, body, object);
      steps.push({ method: 'PATCH', path: target, query: options(world), ...patch });
    }
  }
  if (r.chance(0.5)) steps.push({ method: 'GET', path });
  return { about: about.join(', '), steps };
}

function statusFor(r, kind) {
  if (kind === 'Pod')
    return r.pick([
      { phase: 'Running', podIP: '10.9.9.9', podIPs: [{ ip: '10.9.9.9' }] },
      { conditions: [{ type: 'Ready', status: 'True' }] },
      { message: 'm' },
    ]);
  return r.pick([
    {},
    { replicas: 1, readyReplicas: 1 },
    {
      conditions: [
        { type: 'X', status: 'True', reason: 'R', message: 'm', lastTransitionTime: '2026-01-02T03:04:05Z' },
      ],
    },
    { observedGeneration: 1 },
    { phase: 'Bound' },
  ]);
}
