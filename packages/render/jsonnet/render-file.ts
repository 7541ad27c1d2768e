import type { Read, Tree } from '@plumbline/api';
import { err, isRecord, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { evaluateJsonnet } from '@plumbline/languages';
import type { JsonnetFiles } from '@plumbline/languages';
import type { RenderContext } from '../context.ts';
import { libraryFolders, treeImports } from './imports.ts';
import { readJsonnetParameters } from './parameters.ts';
import type { JsonnetParameters } from './parameters.ts';

/** Evaluates the Jsonnet files of one folder. Files that several of them import are read once. */
export interface JsonnetEvaluator {
  /** The objects of a file: what it comes to, or the elements of the list that it comes to. */
  evaluate(file: JsonnetSource): Promise<Result<readonly unknown[]>>;
}

/** A file of a folder. */
interface JsonnetSource {
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
}

/** An evaluator; nothing is read before the first file. */
export function createJsonnetEvaluator(folder: JsonnetFolder): JsonnetEvaluator {
  let preparing: Promise<Result<Prepared>> | undefined;
  return {
    async evaluate(file) {
      preparing ??= prepare(folder);
      const prepared = await preparing;
      return prepared.ok ? evaluateFile(file, prepared.value) : prepared;
    },
  };
}

interface Prepared {
  readonly parameters: JsonnetParameters;
  readonly files: JsonnetFiles;
}

async function prepare(of: JsonnetFolder): Promise<Result<Prepared>> {
  const parameters = readJsonnetParameters(of.source, of.context);
  const libraries = await libraryFolders(of.tree, parameters.libs, of.reads);
  if (!libraries.ok) return libraries;
  return ok({ parameters, files: treeImports(of.tree, [of.folder, ...libraries.value], of.reads) });
}

async function evaluateFile(
  { path, name, text }: JsonnetSource,
  { parameters, files }: Prepared,
): Promise<Result<readonly unknown[]>> {
  const { extVars, tlas } = parameters;
  const made = await evaluateJsonnet(text, { file: path, files, extVars, tlas, output: 'data' });
  if (!made.ok) {
    const { code, where, trace } = made.error;
    const message = `Failed to evaluate jsonnet "${name}": ${trace}`;
    return err({ code, message, where: where ?? { file: path } });
  }
  const { value } = made.value;
  // Upstream leaves null elements out.
  if (Array.isArray(value)) return ok(value.filter((item) => item !== null));
  return isRecord(value) ? ok([value]) : err(notObjects(path, name, value));
}

function notObjects(path: string, name: string, value: unknown): Problem {
  const type = value === null ? 'null' : typeof value;
  const cause = `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  return {
    code: 'manifest-invalid',
    message: `Failed to unmarshal generated json "${name}": ${cause}`,
    where: { file: path },
    hint: 'a Jsonnet file gives one Kubernetes object or a list of them',
  };
}
