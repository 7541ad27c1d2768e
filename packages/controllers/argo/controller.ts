import { messageOf } from '@plumbline/base';
import type { Cancel, Clock, Logger, Random } from '@plumbline/base';
import { keyOf, keyText } from '@plumbline/api';
import type { AppProject, Application, ApplicationViews, HealthStatus, KubeObject } from '@plumbline/api';
import { isStatusError } from '@plumbline/kube';
import type { Cluster, LiveChange } from '@plumbline/kube';
import { repositoryKey } from '@plumbline/sources';
import type { Outcome, RunPorts, WorkFamily, WorkQueue } from '../runtime/index.ts';
import { isRepositorySecret } from './credentials.ts';
import { deleteApplication } from './deletion.ts';
import { eventObject } from './events.ts';
import { isExcluded } from './excluded.ts';
import { createExecutor } from './execute.ts';
import { objectHealth } from './health.ts';
import { createNameIndex } from './index-of-names.ts';
import { createMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import {
  APPLICATION,
  PROJECT,
  annotationOf,
  annotations,
  applicationKey,
  applicationOfInstance,
  instanceName,
} from './names.ts';
import { durationMs } from './operation.ts';
import { createOverlay, isNewer } from './overlay.ts';
import type { ArgoPorts, ArgoSettings, RenderPort, SourcePort } from './ports.ts';
import { reconcile } from './reconcile.ts';
import type { Look } from './reconcile.ts';
import { checkSpec, sourcesOf } from './spec.ts';
import { createTouched } from './touched.ts';
import { trackingIndex } from './tracking.ts';
import { createViews } from './views.ts';
import { createCalendar } from './windows.ts';

export interface ControllerOptions {
  readonly cluster: Cluster;
  readonly sources: SourcePort;
  readonly render: RenderPort;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ArgoSettings;
  readonly health: (object: KubeObject) => HealthStatus | undefined;
}

export interface ArgoController {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly views: Omit<ApplicationViews, 'why'>;
}

/** Between applications that only learn of a new revision: a thousand of them take half a minute of light work. */
const restBetweenMs = 30;

/** Wires what can happen to the applications that it concerns. */
export function createController(options: ControllerOptions): ArgoController {
  const { cluster, sources, render, queue, clock, random, logger, settings } = options;
  const { live } = cluster;
  const memories = new Map<string, Memory>();
  const named = createNameIndex();
  const reads = createNameIndex();
  const repositoryURLs = new Map<string, string>();
  const touched = createTouched({
    sources,
    render,
    application: liveApplication,
    renderings: (key) => memories.get(key)?.compiled?.renderings,
  });
  const cancels: Cancel[] = [];
  const calendar = createCalendar();
  const ports: ArgoPorts = { ...options, health: (object) => objectHealth(object, options.health) };
  const views = createViews({
    cluster,
    sources,
    settings,
    health: ports.health,
    comparison: (key) => memories.get(key)?.comparison,
  });

  const applications = queue.family('application', reconcileKey);
  const events: WorkFamily = queue.family('application-events', writeEvents, { workers: 1 });
  const pushes: WorkFamily = queue.family('application-push', spread, { workers: 4 });
  const polls: WorkFamily = queue.family('repository-poll', poll, { workers: 4 });

  function memoryOf(key: string): Memory {
    let memory = memories.get(key);
    if (memory === undefined) {
      memory = createMemory(
        createOverlay(
          (ref) => live.get(ref),
          () => clock.now(),
        ),
      );
      memories.set(key, memory);
    }
    return memory;
  }

  function liveApplication(key: string): Application | undefined {
    const [namespace = '', name = ''] = key.split('/');
    return live.get({ ...APPLICATION, namespace, name }) as Application | undefined;
  }

  /** The newest that is known: the watch's, or the answer to our own write that it does not have yet. */
  function newestApplication(key: string, memory: Memory | undefined): Application | undefined {
    const known = liveApplication(key);
    const written = memory?.written;
    if (known === undefined || written === undefined || known.metadata.uid !== written.metadata.uid)
      return known;
    return isNewer(written, known) ? written : known;
  }

  function forget(key: string): void {
    memories.delete(key);
    named.set(key, new Set());
    reads.set(key, new Set());
    touched.forget(key);
    applications.forget(key);
    views.changed(key);
  }

  async function reconcileKey(key: string, run: RunPorts): Promise<Outcome> {
    const application = newestApplication(key, memories.get(key));
    if (application === undefined) {
      forget(key);
      return {};
    }
    if (annotationOf(application, annotations.skipReconcile) === 'true') return {};
    const look = lookAt(key, application, run);
    try {
      const deleting = application.metadata.deletionTimestamp !== undefined;
      const outcome = await (deleting ? deleteApplication(application, look) : reconcile(application, look));
      remember(key, look.memory);
      return outcome;
    } catch (thrown) {
      // Somebody else wrote in between: what they wrote is on its way.
      if (isStatusError(thrown, 409)) return { wakeUp: 20 };
      if (isStatusError(thrown, 404) && liveApplication(key) === undefined) return {};
      throw thrown;
    }
  }

  function lookAt(key: string, application: Application, run: RunPorts): Look {
    const memory = memoryOf(key);
    const { namespace = '', name } = application.metadata;
    const project = live.get({
      ...PROJECT,
      namespace: settings.namespace,
      name: application.spec.project || 'default',
    });
    return {
      ports,
      memory,
      instance: instanceName(namespace, name, settings.namespace),
      executor: createExecutor(
        cluster,
        clock,
        (object) => memory.overlay.wrote(object),
        () => run.breathe(),
      ),
      check: checkSpec(application, {
        project: project as AppProject | undefined,
        server: cluster.server,
        namespace: settings.namespace,
      }),
      run,
      calendar,
      said: () => events.wake(key, 'lazy'),
      compared: () => views.changed(key),
    };
  }

  /** Files what would concern the application from now on. */
  function remember(key: string, memory: Memory): void {
    named.set(key, memory.named);
    touched.remember(key, memory);
    const before = reads.texts(key);
    const keys = memory.repositories.map(repositoryKey);
    if (before.size === keys.length && keys.every((text) => before.has(text))) return;
    reads.set(key, new Set(keys));
    memory.repositories.forEach((url) => {
      const text = repositoryKey(url);
      repositoryURLs.set(text, url);
      const pause = pollMs();
      if (pause > 0) polls.wakeAt(text, clock.now() + pause);
    });
  }

  async function writeEvents(key: string): Promise<Outcome> {
    const memory = memories.get(key);
    if (memory === undefined) return {};
    const { said } = memory;
    memory.said = [];
    for (const one of said) {
      try {
        const event = eventObject(one.application, one.said, clock.now(), random);
        await cluster.create(event, { answer: 'metadata' });
      } catch (thrown) {
        // Events are news, not state: one that cannot be written is not worth another try.
        logger.debug('an event could not be written', { application: key, error: messageOf(thrown) });
      }
    }
    return {};
  }

  /** A repository has moved: applications whose files changed go first, the others only get the new revision. */
  async function spread(repository: string): Promise<Outcome> {
    const readers = Array.from(reads.of(repository));
    const first = await touched.among(repository, readers);
    for (const key of first) applications.wake(key);
    // The others are in no hurry: spread out, they never stand in the way of the next push or of a drift.
    const now = clock.now();
    readers
      .filter((key) => !first.has(key))
      .forEach((key, index) => applications.wakeAt(key, now + index * restBetweenMs));
    return {};
  }

  /** `timeout.reconciliation` of argocd-cm, where it is set, is what people know to turn. */
  function pollMs(): number {
    const key = { group: '', kind: 'ConfigMap', namespace: settings.namespace, name: 'argocd-cm' };
    const data = live.get(key)?.['data'] as Readonly<Record<string, string>> | undefined;
    return durationMs(data?.['timeout.reconciliation']) ?? settings.pollMs;
  }

  async function poll(repository: string): Promise<Outcome> {
    const url = repositoryURLs.get(repository);
    const [first] = reads.of(repository);
    if (url === undefined || first === undefined) {
      repositoryURLs.delete(repository);
      return {};
    }
    const application = liveApplication(first);
    const source =
      application &&
      sourcesOf(application).sources.find(({ repoURL }) => repositoryKey(repoURL) === repository);
    await sources.resolve(source ?? { repoURL: url }, source?.targetRevision ?? 'HEAD', { refresh: true });
    pushes.wake(repository, 'lazy');
    const pause = pollMs();
    return pause > 0 ? { wakeUp: pause } : {};
  }

  function onChange(change: LiveChange): void {
    const { object } = change;
    if (object.kind === APPLICATION.kind && object.apiVersion.startsWith('argoproj.io/'))
      onApplication(change);
    else if (object.kind === PROJECT.kind && object.apiVersion.startsWith('argoproj.io/')) onProject(object);
    else if (isRepositorySecret(object)) onCredentials();
    onObject(change);
  }

  function onApplication({ object, type }: LiveChange): void {
    const key = applicationKey(object);
    const memory = memories.get(key);
    // Our own write, heard of again.
    if (type !== 'deleted' && memory?.written?.metadata.resourceVersion === object.metadata.resourceVersion)
      return;
    applications.wake(key);
  }

  function onProject(project: KubeObject): void {
    for (const application of live.all(APPLICATION) as Iterable<Application>) {
      if ((application.spec.project || 'default') === project.metadata.name)
        applications.wake(applicationKey(application));
    }
  }

  /** With other credentials a repository may be readable now: applications that could not be compared try again. */
  function onCredentials(): void {
    for (const [key, { comparison }] of memories) if (comparison?.sync === 'Unknown') applications.wake(key);
  }

  function onObject(change: LiveChange): void {
    const { object, previous } = change;
    const concerned = new Set<string>();
    for (const side of previous === undefined ? [object] : [object, previous]) {
      const instance = trackingIndex(side);
      if (instance !== undefined) concerned.add(applicationOfInstance(instance, settings.namespace));
    }
    for (const key of named.of(keyText(keyOf(object)))) concerned.add(key);
    for (const key of concerned) concern(key, change);
    if ((object.metadata.ownerReferences?.length ?? 0) > 0) onDescendant(change);
  }

  function concern(key: string, change: LiveChange): void {
    const memory = memories.get(key);
    if (memory === undefined) return;
    const own = memory.overlay.newest(keyOf(change.object), undefined);
    memory.overlay.heard(change);
    // The answer to our own write, which was looked at when it came.
    if (
      change.type !== 'deleted' &&
      own !== undefined &&
      own.metadata.resourceVersion === change.object.metadata.resourceVersion
    )
      return;
    applications.wake(key);
  }

  /** What an application's objects made shows in its tree; pods also tell its images. */
  function onDescendant(change: LiveChange): void {
    const instance = views.ownerOf(change.object);
    if (instance === undefined) return;
    const key = applicationOfInstance(instance, settings.namespace);
    if (!memories.has(key)) return;
    views.changed(key);
    if (change.object.kind === 'Pod' && change.type !== 'modified') applications.wake(key, 'lazy');
  }

  return {
    views,
    async start() {
      cancels.push(live.listen(onChange));
      cancels.push(sources.listen((repoURL) => pushes.wake(repositoryKey(repoURL))));
      await live.everything(isExcluded);
      await live.require([APPLICATION, PROJECT]);
      // Every render may ask for them; a server that does not answer now is asked again then.
      await cluster.capabilities().catch(() => {});
      queue.start();
      for (const application of live.all(APPLICATION)) applications.wake(applicationKey(application));
    },
    async stop() {
      for (const cancel of cancels.splice(0)) cancel();
      await queue.stop();
    },
  };
}
