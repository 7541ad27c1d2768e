import type { FieldOrigins, Read, Tree } from '@plumbline/api';
import type { Result } from '@plumbline/base';
import type { RenderContext } from '../context.ts';

/** Evaluates the Jsonnet files of one folder. Files that several of them import are read once. */
export interface JsonnetEvaluator {
  /** The objects of a file: what it comes to, or the elements of the list that it comes to. */
  evaluate(file: JsonnetSource): Promise<Result<JsonnetObjects>>;
}

/** What a file came to. */
export interface JsonnetObjects {
  readonly objects: readonly unknown[];
  /** Where the fields of each object come from, where that was asked for. */
  readonly originsOf?: (index: number) => (below: string) => FieldOrigins;
}

/** A file of a folder. */
export interface JsonnetSource {
  readonly path: string;
  /** The last part of its path, as Argo CD calls it in messages. */
  readonly name: string;
  readonly text: string;
}

/** What an evaluator works with. */
export interface JsonnetFolder {
  readonly tree: Tree;
  /** The application's folder; imports are looked for there, too. */
  readonly folder: string;
  /** `spec.source.directory.jsonnet`. */
  readonly source: unknown;
  readonly context: RenderContext;
  /** Where all that was looked at is noted. */
  readonly reads: Read[];
  /** Also find out where each field comes from. */
  readonly origins: boolean;
}
