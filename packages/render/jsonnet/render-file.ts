import type { OriginStep } from '@plumbline/api';
import { err, isRecord, ok } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { evaluateJsonnet } from '@plumbline/languages';
import type { JsonnetFiles, JsonnetPlaces } from '@plumbline/languages';
import { libraryFolders, treeImports } from './imports.ts';
import { readJsonnetParameters } from './parameters.ts';
import type { JsonnetParameters } from './parameters.ts';
import type { JsonnetFolder, JsonnetObjects, JsonnetSource } from './types.ts';

/** What the files of a folder have in common. */
export interface Prepared {
  readonly parameters: JsonnetParameters;
  readonly files: JsonnetFiles;
  readonly origins: boolean;
}

export async function prepare(of: JsonnetFolder): Promise<Result<Prepared>> {
  const parameters = readJsonnetParameters(of.source, of.context);
  const libraries = await libraryFolders(of.tree, parameters.libs, of.reads);
  if (!libraries.ok) return libraries;
  const files = treeImports(of.tree, [of.folder, ...libraries.value], of.reads);
  return ok({ parameters, files, origins: of.origins });
}

export async function evaluateFile(
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
