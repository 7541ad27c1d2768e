import { JsonnetError } from './errors.ts';
import { lower } from './lower.ts';
import type { ImportAst } from './parse/ast.ts';
import { parse } from './parse/parser.ts';
import type { Code } from './run/values.ts';
import { utf8Text } from './std/encoding.ts';

/** A file that an import leads to. */
export interface JsonnetFile {
  /** What it is called: in messages, in `std.thisFile`, and where its own imports start. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Where imports lead: `from` is the path of the file that imports (empty: a text that is in no file), `path` what it
 * says. Undefined: there is no such file.
 */
export type ResolveImport = (from: string, path: string) => Promise<JsonnetFile | undefined>;

/** A text that was read: it can run, or it is wrong. */
export type Unit = { readonly code: Code } | { readonly error: JsonnetError };

/** Files that were read, with what they import. Share one between evaluations of the same tree. */
export interface JsonnetFiles {
  /** Reads a text and all that it imports, directly or not. */
  load(name: string, path: string, text: string): Promise<Unit>;
  /** The file that an import leads to. */
  find(from: string, path: string): JsonnetFile | undefined;
  /** The program in a file that was found. */
  unit(file: JsonnetFile): Unit;
  /** The paths of all files that were found. */
  paths(): readonly string[];
}

/** More files than this are no program; it also ends imports of ever new names. */
const filesMax = 10_000;

/** An empty store. */
export function createJsonnetFiles(resolve: ResolveImport): JsonnetFiles {
  const resolved = new Map<string, JsonnetFile | undefined>();
  const byPath = new Map<string, JsonnetFile>();
  const units = new Map<string, Unit>();

  async function follow(imports: readonly ImportAst[], from: string): Promise<void> {
    const queue = imports.map((one) => ({ one, from }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const key = keyOf(next.from, next.one.path);
      if (!resolved.has(key)) {
        if (resolved.size >= filesMax)
          throw new JsonnetError('limit', `the program imports more than ${filesMax} files`, next.one.span);
        const found = await resolve(next.from, next.one.path);
        resolved.set(key, found === undefined ? undefined : (byPath.get(found.path) ?? found));
        if (found !== undefined && !byPath.has(found.path)) byPath.set(found.path, found);
      }
      const file = resolved.get(key);
      if (file === undefined || next.one.form !== 'import' || units.has(file.path)) continue;
      const { unit, imports: more } = read(file.path, file.path, utf8Text(file.bytes));
      units.set(file.path, unit);
      for (const one of more) queue.push({ one, from: file.path });
    }
  }

  return {
    async load(name, path, text) {
      const { unit, imports } = read(name, path, text);
      await follow(imports, path);
      return unit;
    },
    find: (from, path) => resolved.get(keyOf(from, path)),
    unit(file) {
      const unit = units.get(file.path) ?? read(file.path, file.path, utf8Text(file.bytes)).unit;
      units.set(file.path, unit);
      return unit;
    },
    paths: () => [...byPath.keys()],
  };
}

function keyOf(from: string, path: string): string {
  return `${from.slice(0, from.lastIndexOf('/') + 1)}\n${path}`;
}

function read(
  name: string,
  path: string,
  text: string,
): { readonly unit: Unit; readonly imports: readonly ImportAst[] } {
  try {
    const parsed = parse({ name, path, text });
    return { unit: { code: lower(parsed.ast) }, imports: parsed.imports };
  } catch (thrown) {
    return { unit: { error: asError(thrown) }, imports: [] };
  }
}

/** What JavaScript throws where a program nests too deeply or a text grows too long. */
export function asError(thrown: unknown): JsonnetError {
  if (thrown instanceof JsonnetError) return thrown;
  if (!(thrown instanceof RangeError)) throw thrown;
  const isStack = /call stack/i.test(thrown.message);
  return new JsonnetError('runtime', isStack ? 'max stack frames exceeded.' : thrown.message, undefined);
}
