import { fromBytes, placesOf } from '@plumbline/languages';
import type { GoMap, TextPosition, Value } from '@plumbline/languages';
import { readValuesFile } from '../chart/load.ts';
import { chartPath } from '../chart/types.ts';
import type { HelmChart, HelmProfile } from '../chart/types.ts';
import type { TextCache } from '../documents.ts';
import { parseSetInto } from '../strvals/parse.ts';
import type { SetKind } from '../strvals/parse.ts';
import type { UserValues } from '../values/compose.ts';

/** A key of the values, and who set it. */
export interface ValuePlace {
  /** As the root chart sees it: `web.image.tag`. */
  readonly key: string;
  /** `shop/values.yaml`, the name of a file of the user's, or a flag: `--set`. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One place that values come from; the first that has a key has set it. */
interface Layer {
  readonly file: string;
  readonly values: GoMap;
  /** Where the keys are written, by JSON Pointer; read when somebody asks. */
  positions(): ReadonlyMap<string, TextPosition>;
}

interface Layers {
  /** The strongest first. */
  readonly user: readonly Layer[];
  of(chart: HelmChart): Layer;
}

type Keys = readonly (string | number)[];

const nowhere: ReadonlyMap<string, TextPosition> = new Map();

/**
 * Tells of each slot of the coalesced values which key it is and who has set it: `--set` over files, later files over
 * earlier ones, the user over charts, a parent chart over its subcharts; globals come from above.
 */
export function valuePlaces(
  chart: HelmChart,
  values: GoMap,
  user: UserValues,
  profile: HelmProfile,
  cache: WrittenCache,
): (container: object, key: string | number) => ValuePlace | undefined {
  const paths = new Map<object, Keys>();
  const walk = (value: Value, path: Keys): void => {
    if (value instanceof Map) {
      if (paths.has(value)) return;
      paths.set(value, path);
      for (const [key, below] of value) walk(below, [...path, key]);
    } else if (Array.isArray(value)) {
      paths.set(value, path);
      value.forEach((below, i) => walk(below, [...path, i]));
    }
  };
  walk(values, []);
  const layers = layersOf(user, profile, cache);
  const known = new Map<object, Map<string | number, ValuePlace | undefined>>();
  return (container, key) => {
    const path = paths.get(container);
    if (path === undefined) return undefined;
    let row = known.get(container);
    if (row === undefined) known.set(container, (row = new Map()));
    if (!row.has(key)) row.set(key, placeOf(chart, [...path, key], layers));
    return row.get(key);
  };
}

function placeOf(chart: HelmChart, path: Keys, layers: Layers): ValuePlace | undefined {
  const key = path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`))
    .join('');
  for (const { layer, at } of candidates(chart, path, layers)) {
    if (!has(layer.values, at)) continue;
    const position = layer.positions().get(pointerOf(at));
    return { key, file: layer.file, ...position };
  }
  return undefined;
}

/** Every layer with the path by which it would have set the key, the strongest first. */
function* candidates(
  chart: HelmChart,
  path: Keys,
  layers: Layers,
): Iterable<{ readonly layer: Layer; readonly at: Keys }> {
  for (const layer of layers.user) yield { layer, at: path };
  const globals = path.indexOf('global');
  // A subchart's globals are those of the charts above, where these have them.
  if (globals > 0) yield* candidates(chart, path.slice(globals), layers);
  yield* chartCandidates(chart, path, layers);
}

function* chartCandidates(
  chart: HelmChart,
  path: Keys,
  layers: Layers,
): Iterable<{ readonly layer: Layer; readonly at: Keys }> {
  yield { layer: layers.of(chart), at: path };
  const sub = chart.dependencies.find(({ metadata }) => metadata.name === path[0]);
  if (sub !== undefined && path.length > 1) yield* chartCandidates(sub, path.slice(1), layers);
}

/** Files of values that were read before, by profile and text. They are never changed. */
export type WrittenCache = TextCache<Written>;

interface Written {
  readonly values: GoMap;
  positions(): ReadonlyMap<string, TextPosition>;
}

function written(text: string, profile: HelmProfile, cache: WrittenCache): Written {
  const key = `${profile}${text}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const read = {
    values: text === '' ? new Map() : readValuesFile(text, profile),
    positions: once(() => placesOf(text, 1)),
  };
  cache.set(key, read);
  return read;
}

function layersOf(user: UserValues, profile: HelmProfile, cache: WrittenCache): Layers {
  const charts = new Map<HelmChart, Layer>();
  const make = (chart: HelmChart): Layer => ({
    file: `${chartPath(chart)}/values.yaml`,
    // As it is written: dependencies have been merged into the chart's own values by now.
    ...written(chart.valuesText, profile, cache),
  });
  return {
    user: userLayers(user, profile, cache),
    of(chart) {
      const known = charts.get(chart) ?? make(chart);
      charts.set(chart, known);
      return known;
    },
  };
}

/** Reading where keys stand is slow, so it is done when somebody asks, and once. */
function once<T>(read: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: read() }).value;
}

function userLayers(user: UserValues, profile: HelmProfile, cache: WrittenCache): readonly Layer[] {
  const set = (lines: readonly string[] | undefined, kind: SetKind, flag: string): Layer[] =>
    (lines ?? []).map((line) => ({
      file: flag,
      values: valuesOfLine(line, kind, user),
      positions: () => nowhere,
    }));
  const files = (user.files ?? []).map(({ name, text }) => ({
    file: name,
    ...written(text, profile, cache),
  }));
  return [
    ...files,
    ...set(user.setJson, 'json', '--set-json'),
    ...set(user.set, 'typed', '--set'),
    ...set(user.setString, 'string', '--set-string'),
    ...set(user.setFile, 'file', '--set-file'),
    ...set(user.setLiteral, 'literal', '--set-literal'),
  ].toReversed();
}

function valuesOfLine(line: string, kind: SetKind, user: UserValues): GoMap {
  const values: GoMap = new Map();
  const read = (path: string): string => fromBytes(user.setFileContents?.get(path) ?? new Uint8Array());
  if (kind === 'json' && line.trim().startsWith('{')) return readValuesFile(line, 3);
  parseSetInto(line, values, kind, { readFile: read, endsQuietly: true });
  return values;
}

function has(values: GoMap, path: Keys): boolean {
  let at: Value = values;
  for (const part of path) {
    if (at instanceof Map && typeof part === 'string' && at.has(part)) at = at.get(part) ?? null;
    else if (Array.isArray(at) && typeof part === 'number' && part < at.length) at = at[part] ?? null;
    else return false;
  }
  return true;
}

function pointerOf(path: Keys): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
