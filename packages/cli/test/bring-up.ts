import { recordAt, recordsAt } from '@plumbline/base';
import { argoDefinitions } from '@plumbline/api';
import type { HealthStatus, KubeObject } from '@plumbline/api';
import { healthOf } from '@plumbline/kube';
import type { Access, Sandbox } from '@plumbline/localkube';
import { reasonsOf } from './diagnose.ts';
import { makeReferenceCheck } from './references.ts';
import { makeSender } from './send.ts';
import type { SenderOptions, Sent } from './send.ts';
import { stagesOf } from './stages.ts';
import { placeOf } from './types.ts';
import type { Collected, Report, Verdict } from './types.ts';

export interface BringUpOptions extends SenderOptions {
  /** Of the cluster's own time, in milliseconds. */
  readonly timeoutMs: number;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

/** A pause at least this long counts as rest; longer than the pauses of a start. */
const quietMs = 15_000;

/** Brings everything up on a sandbox and says how it came out. */
export async function bringUp(
  sandbox: Sandbox,
  collected: Collected,
  options: BringUpOptions,
): Promise<Report> {
  const { access } = sandbox;
  const notes = [...collected.notes];
  const began = sandbox.clock.now();
  const end = began + options.timeoutMs;
  const last = rememberLast(access);
  await prepareCluster(sandbox, collected, options);
  const { stages, left } = stagesOf(collected.parts);
  const sent: Sent[] = left.map((part) => ({
    part,
    namespace: part.object.metadata.namespace ?? part.namespace,
    name: part.object.metadata.name,
    skipped: 'a hook that an installation does not run',
  }));
  const sender = makeSender(sandbox, collected, options, notes);
  for (const [index, stage] of stages.entries()) {
    const now: Sent[] = [];
    for (const part of stage.parts) now.push(await sender(part));
    sent.push(...now);
    // What comes after the last stage is waited for below.
    if (index === stages.length - 1) break;
    await rest(sandbox, now, last, end);
    const bad = now.filter((one) => one.refused !== undefined || !isWell(liveOf(access, one, last)));
    if (bad.length > 0 && stage.sync)
      notes.push(
        `a sync would not go on after ${stage.title}, because of ${bad.map(({ part }) => `${part.object.kind} ${part.object.metadata.name}`).join(', ')}; the rest was brought up all the same`,
      );
  }
  await rest(sandbox, sent, last, end);
  for (const failure of options.failures)
    if (!sender.used.has(failure)) notes.push(`--fail ${failure.text} concerns nothing here`);
  const check = makeReferenceCheck(access);
  return {
    verdicts: sent
      .filter(({ part }) => !part.given || part.origin.line > 0)
      .flatMap((one) => verdictOf(access, one, last, check)),
    notes,
    virtualMs: sandbox.clock.now() - began,
    quiet: sandbox.clock.now() < end,
  };
}

/** The definitions of Argo CD where its resources are used, and the labels that the node shall have. */
async function prepareCluster(
  sandbox: Sandbox,
  { parts }: Collected,
  { nodeLabels }: BringUpOptions,
): Promise<void> {
  const { access } = sandbox;
  const defined = new Set(
    parts.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object.metadata.name] : [])),
  );
  if (parts.some(({ object }) => object.apiVersion.startsWith('argoproj.io/'))) {
    for (const definition of argoDefinitions())
      if (!defined.has(definition.metadata.name)) access.create(definition, 'plumb');
    await sandbox.settle();
  }
  if (Object.keys(nodeLabels).length === 0) return;
  for (const node of Array.from(access.list('', 'Node')))
    access.update(
      { ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...nodeLabels } } },
      'plumb',
    );
}

type Last = ReadonlyMap<string, KubeObject>;

/** Objects that are gone again (a Job that is cleaned up), as they were at last. */
function rememberLast(access: Access): Last {
  const last = new Map<string, KubeObject>();
  for (const [group, kind] of [
    ['batch', 'Job'],
    ['', 'Pod'],
  ] as const)
    access.subscribe(group, kind, ({ type, object }) => {
      if (type === 'deleted')
        last.set(`${kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
    });
  return last;
}

function liveOf(access: Access, one: Sent, last: Last): KubeObject | undefined {
  if (one.resource === undefined) return undefined;
  const { group, kind } = one.resource;
  return access.get(group, kind, one.namespace, one.name) ?? last.get(`${kind} ${one.namespace}/${one.name}`);
}

/** Lets time pass until all is well, or nothing more happens, or the time is over. */
async function rest(sandbox: Sandbox, sent: readonly Sent[], last: Last, end: number): Promise<void> {
  for (let pause = quietMs; ; pause *= 2) {
    const left = end - sandbox.clock.now();
    if (left <= 0) return;
    await sandbox.settle({ quietMs: Math.min(pause, left), atMostMs: left });
    if (sent.every((one) => one.resource === undefined || isWell(liveOf(sandbox.access, one, last)))) return;
    const next = sandbox.clock.next();
    if (next === undefined || next > end || pause > end) return;
  }
}

function isWell(object: KubeObject | undefined): boolean {
  const health = object === undefined ? undefined : healthOf(object);
  return health === undefined || health.status === 'Healthy' || health.status === 'Suspended';
}

function verdictOf(
  access: Access,
  one: Sent,
  last: Last,
  check: ReturnType<typeof makeReferenceCheck>,
): readonly Verdict[] {
  const { part, namespace } = one;
  const base = { part, namespace, reasons: [], warnings: [] };
  if (one.skipped !== undefined)
    return [{ ...base, outcome: 'skipped', state: 'Skipped', message: one.skipped }];
  if (one.refused !== undefined) {
    const { reason, message } = one.refused;
    return [{ ...base, outcome: 'refused', state: reason, message }];
  }
  if (part.given) return [];
  const live = liveOf(access, one, last);
  if (live === undefined)
    return [{ ...base, outcome: 'unhealthy', state: 'Missing', message: 'it was deleted again' }];
  const health = healthOf(live);
  const referred = check(live);
  const well = health === undefined || isWell(live);
  const definition = definitionProblem(live);
  if (well && referred.errors.length === 0 && definition === undefined) {
    const outcome = health === undefined ? 'stored' : health.status === 'Suspended' ? 'suspended' : 'healthy';
    return [{ ...base, ...worded(health), outcome, warnings: referred.warnings }];
  }
  const problems = [...(definition ?? []), ...referred.errors];
  const said = well
    ? { state: 'Degraded', message: problems[0] ?? '', reasons: problems.slice(1) }
    : { ...worded(health), reasons: [...problems, ...reasonsOf(access, live)] };
  return [{ ...base, ...said, outcome: 'unhealthy', warnings: referred.warnings }];
}

function worded(health: HealthStatus | undefined): { readonly state: string; readonly message: string } {
  return { state: health?.status ?? 'Stored', message: health?.message ?? '' };
}

/** A definition whose names are taken or whose schema is not structural serves nothing. */
function definitionProblem(live: KubeObject): readonly string[] | undefined {
  if (live.kind !== 'CustomResourceDefinition') return undefined;
  const bad = recordsAt(recordAt(live, 'status'), 'conditions').filter(
    (c) => (c['type'] === 'Established' || c['type'] === 'NamesAccepted') && c['status'] === 'False',
  );
  return bad.length === 0 ? undefined : bad.map((c) => `${String(c['reason'])}: ${String(c['message'])}`);
}

/** The verdicts in the order of files. */
export function byPlace(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.toSorted((a, b) => {
    const left = placeOf(a.part);
    const right = placeOf(b.part);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}
