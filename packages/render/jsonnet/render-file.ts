import type { FieldOrigins, OriginStep, Read, Tree } from '@plumbline/api';
import { err, isRecord, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { evaluateJsonnet } from '@plumbline/languages';
import type { JsonnetFiles, JsonnetPlaces } from '@plumbline/languages';
import type { RenderContext } from '../context.ts';
import { libraryFolders, treeImports } from './imports.ts';
import { readJsonnetParameters } from './parameters.ts';
import type { JsonnetParameters } from './parameters.ts';

/** Evaluates the Jsonnet files of one folder. Files that several of them import are read once. */
export interface JsonnetEvaluator {
  /** The objects of a file: what it comes to, or the elements of the list that it comes to. */
  evaluate(file: JsonnetSource): Promise<Result<JsonnetObjects>>;
}

/** What a file came to. */
interface JsonnetObjects {
  readonly objects: readonly unknown[];
  /** Where the fields of each object come from, where that was asked for. */
  readonly originsOf?: (index: number) => (below: string) => FieldOrigins;
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
  /** Also find out where each field comes from. */
  readonly origins: boolean;
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
  readonly origins: boolean;
}

async function prepare(of: JsonnetFolder): Promise<Result<Prepared>> {
  const parameters = readJsonnetParameters(of.source, of.context);
  const libraries = await libraryFolders(of.tree, parameters.libs, of.reads);
  if (!libraries.ok) return libraries;
  const files = treeImports(of.tree, [of.folder, ...libraries.value], of.reads);
  return ok({ parameters, files, origins: of.origins });
}

async function evaluateFile(
  { path, name, text }: JsonnetSource,
  { parameters, files, origins }: Prepared,
): Promise<Result<JsonnetObjects>> {
  const { extVars, tlas } = parameters;
  const made = await evaluateJsonnet(text, {
    file: path,
    files,
    extVars,
    tlas,
    output: 'data',
    places: origins,
  });
  if (!made.ok) {
    const { code, where, trace } = made.error;
    const message = `Failed to evaluate jsonnet "${name}": ${trace}`;
    return err({ code, message, where: where ?? { file: path } });
  }
  const { value, places } = made.value;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    // Upstream leaves null elements out.
    const kept = [...list.keys()].filter((i) => list[i] !== null);
    return ok(
      placed(
        places,
        kept.map((i) => list[i]),
        (index) => `/${kept[index]}`,
      ),
    );
  }
  return isRecord(value) ? ok(placed(places, [value], () => '')) : err(notObjects(path, name, value));
}

/** Objects with the places in the program that made their fields. */
function placed(
  places: JsonnetPlaces | undefined,
  objects: readonly unknown[],
  pointerOf: (index: number) => string,
): JsonnetObjects {
  if (places === undefined) return { objects };
  return {
    objects,
    originsOf: (index) => (below) => {
      const root = pointerOf(index) + below;
      const origins = new Map<string, readonly OriginStep[]>();
      for (const [pointer, at] of places)
        if (pointer === root || pointer.startsWith(`${root}/`))
          origins.set(
            pointer.slice(root.length),
            at.map((place) => ({ act: 'file', ...place })),
          );
      return origins;
    },
  };
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
