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
  readonly line: number | undefined;
  readonly column: number | undefined;
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
 * earlier ones, the user over charts, a parent chart over its subcharts; globals come from above. Made anew for each question.
 */
export function valuePlaces(
  chart: HelmChart,
  values: GoMap,
  user: UserValues,
  profile: HelmProfile,
  cache: WrittenCache,
): (container: object, key: string | number) => ValuePlace | undefined {
  const tables = new Map<object, Table>();
  const walk = (value: Value, up: Table | undefined, name: string | number): void => {
    if (value instanceof Map) {
      if (tables.has(value)) return;
      const table: Table = { up, name, layers: undefined };
      tables.set(value, table);
      for (const [key, below] of value) if (typeof below === 'object') walk(below, table, key);
    } else if (Array.isArray(value)) {
      const table: Table = { up, name, layers: undefined };
      tables.set(value, table);
      for (let i = 0; i < value.length; i++) walk(value[i] ?? null, table, i);
    }
  };
  walk(values, undefined, '');
  const layers = layersOf(user, profile, cache);
  return (container, key) => {
    const table = tables.get(container);
    if (table === undefined) return undefined;
    // Only the word `global` itself may add layers that its siblings do not have.
    const own = key === 'global' ? undefined : (table.layers ??= layersAbove(chart, pathOf(table), layers));
    for (const { layer, at, node } of own ?? layersAbove(chart, pathOf(table), layers, key)) {
      if (hasSlot(node, key)) return new PlaceInLayer(table, key, layer, at);
    }
    return undefined;
  };
}

/** A table or list of the coalesced values: where it is, and what layers have in its place. */
interface Table {
  readonly up: Table | undefined;
  readonly name: string | number;
  layers: readonly LayerTable[] | undefined;
}

/** What a layer has in the place of a table, and by which path. */
interface LayerTable {
  readonly layer: Layer;
  readonly at: Keys;
  readonly node: Value;
}

function pathOf(table: Table): Keys {
  const path: (string | number)[] = [];
  for (let at = table; at.up !== undefined; at = at.up) path.unshift(at.name);
  return path;
}

/** What the layers have in the place of a table, the strongest first; layers without are left out. */
function layersAbove(chart: HelmChart, path: Keys, layers: Layers, key: string | number = ''): LayerTable[] {
  const found: LayerTable[] = [];
  for (const { layer, at } of candidates(chart, [...path, key], layers)) {
    const above = at.slice(0, -1);
    const node = nodeAt(layer.values, above);
    if (node !== undefined) found.push({ layer, at: above, node });
  }
  return found;
}

function nodeAt(values: GoMap, path: Keys): Value | undefined {
  let at: Value | undefined = values;
  for (const part of path) {
    if (at instanceof Map && typeof part === 'string') at = at.get(part);
    else if (Array.isArray(at) && typeof part === 'number') at = at[part];
    else return undefined;
  }
  return at;
}

function hasSlot(node: Value, key: string | number): boolean {
  if (node instanceof Map) return typeof key === 'string' && node.has(key);
  return Array.isArray(node) && typeof key === 'number' && key < node.length;
}

/**
 * A place whose words and position are found out when somebody reads them. A class because one is made for every slot
 * that a template looks into, and few are ever read.
 */
class PlaceInLayer implements ValuePlace {
  readonly #table: Table;
  readonly #key: string | number;
  readonly #layer: Layer;
  readonly #at: Keys;

  constructor(table: Table, key: string | number, layer: Layer, at: Keys) {
    this.#table = table;
    this.#key = key;
    this.#layer = layer;
    this.#at = at;
  }

  get key(): string {
    return keyText([...pathOf(this.#table), this.#key]);
  }

  get file(): string {
    return this.#layer.file;
  }

  get line(): number | undefined {
    return this.#position()?.line;
  }

  get column(): number | undefined {
    return this.#position()?.column;
  }

  #position(): TextPosition | undefined {
    return this.#layer.positions().get(pointerOf([...this.#at, this.#key]));
  }
}

function keyText(path: Keys): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`))
    .join('');
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

/** Files of values that were read before, by their text (each profile has a cache of its own). They are never changed. */
export type WrittenCache = TextCache<Written>;

interface Written {
  readonly values: GoMap;
  positions(): ReadonlyMap<string, TextPosition>;
}

function written(text: string, profile: HelmProfile, cache: WrittenCache): Written {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const read = {
    values: text === '' ? new Map() : readValuesFile(text, profile),
    positions: once(() => placesOf(text, 1)),
  };
  cache.set(text, read);
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

function pointerOf(path: Keys): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
