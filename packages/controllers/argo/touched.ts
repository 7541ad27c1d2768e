import type { Application, ApplicationSource, Snapshot } from '@plumbline/api';
import { changedPaths, repositoryKey } from '@plumbline/sources';
import { createNameIndex } from './index-of-names.ts';
import type { Memory } from './memory.ts';
import type { RenderPort, Rendered, SourcePort } from './ports.ts';
import { referencesOf } from './resolve.ts';
import { sourcesOf } from './spec.ts';

/** Tells which applications a moved repository concerns. The work follows the change, not the number of applications. */
export interface Touched {
  /** Files what an application's renderings have read. */
  remember(key: string, memory: Memory): void;
  forget(key: string): void;
  /** Of these readers of a repository, those whose files are different now. */
  among(repository: string, readers: Iterable<string>): Promise<ReadonlySet<string>>;
}

export interface TouchedPorts {
  readonly sources: SourcePort;
  readonly render: RenderPort;
  readonly application: (key: string) => Application | undefined;
  readonly renderings: (key: string) => readonly Rendered[] | undefined;
}

/** A push that changes more than this is compared application by application. */
const changedPathsMax = 20_000;

interface Use {
  readonly key: string;
  readonly source: ApplicationSource;
  readonly before: Rendered | undefined;
  /** One of the application's sources refers to another. */
  readonly mixed: boolean;
}

export function createTouched({ sources, render, application, renderings }: TouchedPorts): Touched {
  /** Which applications looked at a path of a repository. */
  const lookedAt = createNameIndex();
  const filed = new Map<string, readonly Rendered[]>();
  /** The snapshot that a revision of a repository was when it was last asked about. */
  const asked = new Map<string, Snapshot>();

  function usesOf(key: string, repository: string): readonly Use[] {
    const one = application(key);
    if (one === undefined) return [];
    const before = renderings(key);
    const all = sourcesOf(one).sources;
    const mixed = all.some((source) => referencesOf(source).size > 0);
    return all
      .map((source, index) => ({ key, source, before: before?.[index], mixed }))
      .filter(({ source }) => repositoryKey(source.repoURL) === repository);
  }

  /** Of the uses of one revision, those that may be different; all of them where the paths cannot tell. */
  async function suspects(repository: string, uses: readonly Use[], now: Snapshot): Promise<readonly Use[]> {
    const { chart, targetRevision } = uses[0]?.source ?? {};
    const name = `${repository}\n${chart ?? ''}\n${targetRevision ?? ''}`;
    const last = asked.get(name);
    asked.set(name, now);
    if (last === undefined) return uses;
    const paths = await changedPaths(last.tree, now.tree, changedPathsMax);
    if (paths === undefined) return uses;
    const readers = new Set<string>();
    for (const path of paths) for (const key of lookedAt.of(`${repository}\n${path}`)) readers.add(key);
    return uses.filter(({ key, before }) => before === undefined || readers.has(key));
  }

  return {
    remember(key, memory) {
      const rendered = memory.compiled?.renderings ?? [];
      if (filed.get(key) === rendered) return;
      filed.set(key, rendered);
      const one = application(key);
      const texts = new Set<string>();
      for (const [index, { rendering }] of rendered.entries()) {
        const source = one === undefined ? undefined : sourcesOf(one).sources[index];
        if (source === undefined) continue;
        const repository = repositoryKey(source.repoURL);
        for (const { path } of rendering.reads)
          texts.add(`${repository}\n${path.endsWith('/*') ? path.slice(0, -2) : path}`);
      }
      lookedAt.set(key, texts);
    },
    forget(key) {
      filed.delete(key);
      lookedAt.set(key, new Set());
    },
    async among(repository, readers) {
      const touched = new Set<string>();
      const byRevision = new Map<string, Use[]>();
      for (const key of readers) {
        const uses = usesOf(key, repository);
        // Whoever reads files of several sources is looked at as a whole, which costs little.
        if (uses.length === 0 || uses.some(({ mixed }) => mixed)) touched.add(key);
        for (const use of uses) {
          if (use.mixed) continue;
          const revision = `${use.source.chart ?? ''}\n${use.source.targetRevision ?? 'HEAD'}`;
          const group = byRevision.get(revision);
          if (group === undefined) byRevision.set(revision, [use]);
          else group.push(use);
        }
      }
      for (const uses of byRevision.values()) {
        const [first] = uses;
        if (first === undefined) continue;
        const snapshot = await sources.resolve(first.source, first.source.targetRevision ?? 'HEAD');
        const left = snapshot.ok ? await suspects(repository, uses, snapshot.value) : uses;
        for (const { key, before } of left) {
          const same =
            snapshot.ok && before !== undefined && (await render.unchanged(before.rendering, snapshot.value));
          if (!same) touched.add(key);
        }
      }
      return touched;
    },
  };
}
