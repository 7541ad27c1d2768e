import type { Application, ApplicationSpec, AppProject, LiveObject, Verdict } from '@plumbline/api';
import type { CompareMemo } from '@plumbline/engine';
import type { Comparison } from './standing.ts';
import type { Said } from './events.ts';
import type { Healing } from './healing.ts';
import { createHealing } from './healing.ts';
import type { Run } from './operation.ts';
import type { Overlay } from './overlay.ts';
import type { Rendered } from './ports.ts';
import type { Compiled } from './target.ts';

/** What is kept of one application between two looks at it. All of it can be lost: it only saves work and waiting. */
export interface Memory {
  /** The server's answer to our last write of the Application, until the watch has it. */
  written: Application | undefined;
  readonly overlay: Overlay;
  readonly verdicts: Map<string, Verdict>;
  /** See `Observer.seen`. */
  readonly seen: Map<string, ReadonlyMap<string, LiveObject>>;
  compareMemo: CompareMemo;
  compiled: CompiledMemo | undefined;
  run: Run | undefined;
  comparison: Comparison | undefined;
  /** When the last operation ended that a person had asked for. */
  personDoneAt: number | undefined;
  readonly healing: Healing;
  /** Said about the application and not yet written as Events. */
  said: readonly { readonly application: Application; readonly said: Said }[];
  /** Texts of keys that the target names, for wake-ups. */
  named: ReadonlySet<string>;
  /** Repositories that it reads. */
  repositories: readonly string[];
}

interface CompiledMemo {
  readonly spec: ApplicationSpec;
  readonly project: AppProject;
  readonly renderings: readonly Rendered[];
  readonly compiled: Compiled;
}

/** Answers that are kept per application; an answer that is not kept is asked for again. */
const VERDICTS_MAX = 500;

export function createMemory(overlay: Overlay): Memory {
  return {
    written: undefined,
    overlay,
    verdicts: new Map(),
    seen: new Map(),
    compareMemo: new Map(),
    compiled: undefined,
    run: undefined,
    comparison: undefined,
    personDoneAt: undefined,
    healing: createHealing(),
    said: [],
    named: new Set(),
    repositories: [],
  };
}

export function remember(verdicts: Map<string, Verdict>, id: string, verdict: Verdict): void {
  if (verdicts.size >= VERDICTS_MAX) {
    const [oldest] = verdicts.keys();
    if (oldest !== undefined) verdicts.delete(oldest);
  }
  verdicts.set(id, verdict);
}
