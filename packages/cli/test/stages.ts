import { kindRank } from '@plumbline/engine';
import type { KubeObject } from '@plumbline/api';
import type { Part } from './types.ts';

/** Parts that go to the cluster together; the next ones follow when these have come to rest. */
interface Stage {
  readonly title: string;
  /** A phase or wave, after which a sync only goes on when all is well. */
  readonly sync: boolean;
  readonly parts: readonly Part[];
}

export interface Staged {
  readonly stages: readonly Stage[];
  /** Hooks that an installation does not run. */
  readonly left: readonly Part[];
}

const phases = ['before', 'main', 'after'] as const;
type Phase = (typeof phases)[number];

const words: Readonly<Record<Phase, string>> = {
  before: 'the PreSync hooks ',
  main: '',
  after: 'the PostSync hooks ',
};

const argoHooks: Readonly<Record<string, Phase>> = { PreSync: 'before', Sync: 'main', PostSync: 'after' };
const helmHooks: Readonly<Record<string, Phase>> = {
  'pre-install': 'before',
  'post-install': 'after',
  'crd-install': 'main',
};

function listed(object: KubeObject, annotation: string): readonly string[] {
  const text = object.metadata.annotations?.[annotation];
  if (text === undefined) return [];
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

/** When an installation applies an object; undefined: never. Argo CD's annotation hides Helm's. */
function phaseOf(object: KubeObject): Phase | undefined {
  const argo = listed(object, 'argocd.argoproj.io/hook');
  const named = argo.length > 0 ? argo : listed(object, 'helm.sh/hook');
  if (named.length === 0) return 'main';
  const table = argo.length > 0 ? argoHooks : helmHooks;
  for (const name of named) {
    const phase = Object.hasOwn(table, name) ? table[name] : undefined;
    if (phase !== undefined) return phase;
  }
  return undefined;
}

function waveOf(object: KubeObject): number {
  for (const name of ['argocd.argoproj.io/sync-wave', 'helm.sh/hook-weight']) {
    const text = object.metadata.annotations?.[name];
    if (text !== undefined && /^[+-]?\d+$/.test(text)) return Number(text);
  }
  return 0;
}

/** Definitions of kinds, and namespaces, are needed before anything that uses them. */
function comesFirst({ kind, apiVersion }: KubeObject): boolean {
  return (
    (kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/')) ||
    (kind === 'Namespace' && apiVersion === 'v1')
  );
}

/** The order of an installation: what is given, definitions and namespaces, then hooks and waves as Argo CD has them. */
export function stagesOf(parts: readonly Part[]): Staged {
  const groups = new Map<string, { readonly rank: readonly number[]; readonly parts: Part[] }>();
  const left: Part[] = [];
  const put = (title: string, rank: readonly number[], part: Part): void => {
    const group = groups.get(title) ?? { rank, parts: [] };
    group.parts.push(part);
    groups.set(title, group);
  };
  for (const part of parts) {
    const { object, given } = part;
    if (comesFirst(object)) {
      put('definitions', [0], part);
      continue;
    }
    if (given) {
      put('given', [1], part);
      continue;
    }
    const phase = phaseOf(object);
    if (phase === undefined) {
      left.push(part);
      continue;
    }
    const wave = waveOf(object);
    put(
      `${words[phase]}${wave === 0 ? '' : `wave ${wave}`}`.trim() || 'wave 0',
      [2 + phases.indexOf(phase), wave],
      part,
    );
  }
  const sorted = [...groups].toSorted(
    ([, a], [, b]) => (a.rank[0] ?? 0) - (b.rank[0] ?? 0) || (a.rank[1] ?? 0) - (b.rank[1] ?? 0),
  );
  return {
    left,
    stages: sorted.map(([title, group]) => ({
      title,
      sync: (group.rank[0] ?? 0) >= 2,
      parts: group.parts.toSorted((a, b) => kindRank(a.object.kind) - kindRank(b.object.kind)),
    })),
  };
}
