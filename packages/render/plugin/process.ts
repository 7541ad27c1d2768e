import type { Tree } from '@plumbline/api';
import type { Argv } from './config.ts';

/** Runs other programs. What can do it lives elsewhere; here is only what is asked of it. */
export interface ProcessRunner {
  /** Whether a program of this name is installed. */
  has(program: string): Promise<boolean>;
  /** A private copy of a tree: commands may change it, and nobody else sees that. */
  open(tree: Tree, options: WorkspaceOptions): Promise<Workspace>;
}

export interface WorkspaceOptions {
  /** Whether files keep their being executable. */
  readonly preserveFileMode: boolean;
}

/** A copy of a tree in which commands run. */
export interface Workspace {
  run(command: ProcessCommand): Promise<ProcessOutcome>;
  /** Removes the copy. */
  close(): Promise<void>;
}

/** One command, started without a shell. */
export interface ProcessCommand {
  readonly argv: Argv;
  /** Where it starts, below the root of the copy. */
  readonly folder: string;
  /** All that it sees besides what the machine's programs need (PATH, HOME, TMPDIR). */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export type ProcessOutcome =
  | { readonly ok: true; readonly stdout: string; readonly stderr: string }
  | {
      readonly ok: false;
      /** In the words that Go's `exec` has for it: `exit status 1`, `signal: killed`. */
      readonly cause: string;
      readonly stderr: string;
    };
