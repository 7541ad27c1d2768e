import { fromBytes, GoError, readGoJson } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { readValuesFile } from '../chart/load.ts';
import type { HelmProfile } from '../chart/types.ts';
import { parseSetInto } from '../strvals/parse.ts';
import { isTable, mergeMaps } from './tables.ts';

/** A file of values, as `-f` names it. */
export interface ValuesText {
  /** For messages: the path as the user wrote it. */
  readonly name: string;
  readonly text: string;
}

/** What a user says about the values of a chart. Later ones win; within one kind the order is kept. */
export interface UserValues {
  readonly files?: readonly ValuesText[];
  readonly setJson?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  /** The files that `setFile` names, by their paths as written there. */
  readonly setFileContents?: ReadonlyMap<string, Uint8Array>;
}

/** Lays files and `--set` operations over each other in Helm's order. Throws `GoError` with its words. */
export function composeValues(user: UserValues, profile: HelmProfile): GoMap {
  const endsQuietly = profile === 4;
  let values: GoMap = new Map();
  for (const { name, text } of user.files ?? []) {
    values = mergeMaps(
      values,
      wrap(`failed to parse ${name}`, () => readValuesFile(text, profile)),
    );
  }
  for (const line of user.setJson ?? []) values = applyJson(values, line);
  const apply = (
    lines: readonly string[] | undefined,
    kind: 'typed' | 'string' | 'literal',
    flag: string,
  ) => {
    for (const line of lines ?? []) {
      wrap(`failed parsing ${flag} data`, () => parseSetInto(line, values, kind, { endsQuietly }));
    }
  };
  apply(user.set, 'typed', '--set');
  apply(user.setString, 'string', '--set-string');
  for (const line of user.setFile ?? []) {
    const read = (path: string): string => {
      const bytes = user.setFileContents?.get(path);
      if (bytes === undefined) throw new GoError(`open ${path}: no such file or directory`);
      return fromBytes(bytes);
    };
    wrap('failed parsing --set-file data', () =>
      parseSetInto(line, values, 'file', { readFile: read, endsQuietly }),
    );
  }
  apply(user.setLiteral, 'literal', '--set-literal');
  return values;
}

function applyJson(values: GoMap, line: string): GoMap {
  const trimmed = line.trim();
  if (trimmed.startsWith('{')) {
    const read = readGoJson(trimmed);
    if (read === undefined || !isTable(read.value)) {
      throw new GoError(`failed parsing --set-json data JSON: ${line}`);
    }
    return mergeMaps(values, read.value);
  }
  try {
    parseSetInto(line, values, 'json');
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    throw new GoError(`failed parsing --set-json data ${line}`);
  }
  return values;
}

function wrap<T>(words: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!(thrown instanceof GoError)) throw thrown;
    throw new GoError(`${words}: ${thrown.message}`);
  }
}
