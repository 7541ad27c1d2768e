import { emitter } from '@plumbline/base';
import { gvkOf, keyOf, keyText } from '@plumbline/api';
import type {
  ApplicationViews,
  HealthStatus,
  KubeObject,
  LiveObject,
  ManagedResource,
  ObjectKey,
  OwnerReference,
  ResourceNode,
  ResourceRef,
  ResourceStatus,
} from '@plumbline/api';
import { comparable, plan } from '@plumbline/engine';
import type { Cluster } from '@plumbline/kube';
import type { Comparison } from './standing.ts';
import { factsOf } from './facts.ts';
import { maskedTexts } from './masked.ts';
import { instanceName } from './names.ts';
import type { ArgoSettings, SourcePort } from './ports.ts';
import { keyOfStatus } from './healing.ts';
import { podImages } from './summary.ts';
import { trackingIndex } from './tracking.ts';

export interface Views extends Omit<ApplicationViews, 'why'> {
  /** An application's comparison or tree has changed. */
  changed(application: string): void;
  /** The instance that an object descends from, by its owners. */
  ownerOf(object: KubeObject): string | undefined;
}

export interface ViewsOptions {
  readonly cluster: Cluster;
  readonly sources: SourcePort;
  readonly settings: ArgoSettings;
  readonly health: (object: KubeObject) => HealthStatus | undefined;
  readonly comparison: (application: string) => Comparison | undefined;
}

const DEPTH_MAX = 8;
/** Nodes of one tree. An application with more is shown in part. */
const NODES_MAX = 20_000;

/** What pages show of an application: computed when asked for, from what is known already. */
export function createViews(options: ViewsOptions): Views {
  const { cluster, sources, settings, health } = options;
  const { live } = cluster;
  const changes = emitter<{ readonly namespace: string; readonly name: string }>();

  function ownerOf(object: KubeObject): string | undefined {
    let at: KubeObject | undefined = object;
    for (let depth = 0; at !== undefined && depth < DEPTH_MAX; depth += 1) {
      const owner: OwnerReference | undefined = at.metadata.ownerReferences?.[0];
      if (owner === undefined) return trackingIndex(at);
      const { group } = gvkOf({ apiVersion: owner.apiVersion, kind: owner.kind });
      const namespace: string = at.metadata.namespace ?? '';
      at =
        live.get({ group, kind: owner.kind, namespace, name: owner.name }) ??
        live.get({ group, kind: owner.kind, namespace: '', name: owner.name });
    }
    return undefined;
  }

  return {
    ownerOf,
    changed(key) {
      const [namespace = '', name = ''] = key.split('/');
      changes.emit({ namespace, name });
    },
    listen: (listener) => changes.listen(listener),
    revision: (repoURL, revision) => sources.revision(repoURL, revision),

    tree({ namespace, name }) {
      const comparison = options.comparison(`${namespace}/${name}`);
      if (comparison === undefined) return undefined;
      const nodes: ResourceNode[] = [];
      const seen = new Set<string>();
      for (const status of comparison.resources) {
        const found = comparison.observation.objects.get(keyText(keyOfStatus(status)));
        nodes.push(managedNode(status, found));
        if (found !== undefined) below(found.object, nodes, seen, 1);
      }
      return { nodes };
    },

    managed({ namespace, name }) {
      const comparison = options.comparison(`${namespace}/${name}`);
      if (comparison === undefined) return undefined;
      return (comparison.difference?.resources ?? []).map((resource): ManagedResource => {
        const { key, desired, live: found, predicted, state } = resource;
        const after = predicted ?? (state === 'equal' ? found?.object : desired?.object);
        // What is compared, so that versions, bookkeeping and status are not shown as differences.
        const [targetState = '', liveState = '', normalizedLiveState = '', predictedLiveState = ''] =
          maskedTexts([desired?.object, found?.object, contentOf(found?.object), contentOf(after)]);
        return {
          ...key,
          targetState,
          liveState,
          normalizedLiveState,
          predictedLiveState,
          modified: state === 'changed',
          hook: found?.marks?.hook === true,
          ...(desired === undefined || desired.origin.file === ''
            ? {}
            : { origin: { file: desired.origin.file, line: desired.origin.line } }),
        };
      });
    },

    plan({ namespace, name }, { prune }) {
      const { compiled, difference, observation } = options.comparison(`${namespace}/${name}`) ?? {};
      if (compiled === undefined || difference === undefined || observation === undefined) return undefined;
      return plan(
        compiled.target,
        { prune, dryRun: true, hooks: true, force: false },
        difference,
        observation,
      );
    },

    live({ namespace, name }, key) {
      const object = live.get(key);
      if (object === undefined) return undefined;
      const instance = instanceName(namespace, name, settings.namespace);
      const comparison = options.comparison(`${namespace}/${name}`);
      const known =
        comparison?.observation.objects.has(keyText(key)) === true || ownerOf(object) === instance;
      return known ? maskedTexts([object])[0] : undefined;
    },
  };

  function managedNode(status: ResourceStatus, found: LiveObject | undefined): ResourceNode {
    const key = keyOfStatus(status);
    return {
      ...nodeOf(key, status.version ?? '', found?.object),
      ...(status.status === undefined ? {} : { status: status.status }),
      ...(status.requiresPruning === true ? { requiresPruning: true } : {}),
      ...(status.hook === true ? { hook: true } : {}),
    };
  }

  function nodeOf(key: ObjectKey, version: string, object: KubeObject | undefined): ResourceNode {
    const state = object === undefined ? ({ status: 'Missing' } as const) : health(object);
    const { uid, creationTimestamp, resourceVersion } = object?.metadata ?? {};
    const images = object?.kind === 'Pod' && key.group === '' ? podImages(object) : [];
    const info = object === undefined ? [] : factsOf(object);
    return {
      ...(key.group === '' ? {} : { group: key.group }),
      version,
      kind: key.kind,
      ...(key.namespace === '' ? {} : { namespace: key.namespace }),
      name: key.name,
      ...(uid === undefined ? {} : { uid }),
      ...(state === undefined ? {} : { health: state }),
      ...(images.length === 0 ? {} : { images }),
      ...(info.length === 0 ? {} : { info }),
      ...(typeof creationTimestamp === 'string' ? { createdAt: creationTimestamp } : {}),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
  }

  function below(parent: KubeObject, nodes: ResourceNode[], seen: Set<string>, depth: number): void {
    const { uid } = parent.metadata;
    if (uid === undefined || seen.has(uid) || depth > DEPTH_MAX || nodes.length >= NODES_MAX) return;
    seen.add(uid);
    const parentRef = refOf(parent);
    for (const child of live.children(uid)) {
      nodes.push({ ...nodeOf(keyOf(child), gvkOf(child).version, child), parentRefs: [parentRef] });
      below(child, nodes, seen, depth + 1);
    }
  }
}

function refOf(object: KubeObject): ResourceRef {
  const { group, version, kind } = gvkOf(object);
  const { namespace, name, uid } = object.metadata;
  return {
    ...(group === '' ? {} : { group }),
    version,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

function contentOf(object: KubeObject | undefined): KubeObject | undefined {
  return object === undefined ? undefined : (comparable(object) as unknown as KubeObject);
}
