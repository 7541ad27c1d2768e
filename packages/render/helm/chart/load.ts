import { fromBytes, GoError, readGoYaml, readGoYamlStream } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { mergeMaps } from '../values/tables.ts';
import { chartSchema } from '../schema/chart.ts';
import { emptyMetadata, readMetadata, validateMetadata } from './metadata.ts';
import { jsonWord } from './fields.ts';
import type {
  ChartSchema,
  ChartFile,
  ChartMetadata,
  ChartTemplate,
  HelmChart,
  HelmProfile,
} from './types.ts';

/** How files become a chart. */
export interface LoadOptions {
  readonly profile: HelmProfile;
  /** Unpacks a `.tgz` of `charts/`. */
  readonly unpack: (archive: Uint8Array) => Promise<readonly ChartFile[]>;
  readonly warn: (message: string) => void;
  /** How deep charts may lie in charts. */
  readonly depthMax: number;
}

/** Sorts the files of a chart by what they are and loads the charts below it. Rejects with `GoError`. */
export async function loadChart(files: readonly ChartFile[], options: LoadOptions): Promise<HelmChart> {
  const own = readOwnFiles(files, options);
  const chart: HelmChart = { ...own.chart, parent: undefined, dependencies: [] };
  // Upstream's order is that of a Go map, which is random; ours is by name.
  for (const name of [...own.subcharts.keys()].toSorted()) {
    const sub = await loadSubchart(name, own.subcharts.get(name) ?? [], chart.metadata.name, options);
    if (sub === undefined) continue;
    sub.parent = chart;
    chart.dependencies.push(sub);
  }
  return chart;
}

interface OwnFiles {
  readonly chart: Omit<HelmChart, 'parent' | 'dependencies'>;
  readonly subcharts: Map<string, ChartFile[]>;
}

function readOwnFiles(files: readonly ChartFile[], options: LoadOptions): OwnFiles {
  let metadata: ChartMetadata | undefined;
  for (const file of files) {
    if (file.name !== 'Chart.yaml') continue;
    metadata = wrap('cannot load Chart.yaml', () => readMetadata(fromBytes(file.data), emptyMetadata()));
    if (metadata.apiVersion === '') metadata.apiVersion = 'v1';
  }
  const templates: ChartTemplate[] = [];
  const others: ChartFile[] = [];
  const subcharts = new Map<string, ChartFile[]>();
  let values: GoMap = new Map();
  let valuesText = '';
  let schema: ChartSchema | undefined;
  let lock: ChartFile | undefined;
  for (const file of files) {
    const { name } = file;
    if (name === 'Chart.yaml') continue;
    if (name === 'Chart.lock') lock = file;
    else if (name === 'values.yaml') {
      valuesText = fromBytes(file.data);
      values = wrap('cannot load values.yaml', () => readValuesFile(valuesText, options.profile));
    } else if (name === 'values.schema.json') schema = chartSchema(file.data);
    else if (name === 'requirements.yaml') {
      const before: ChartMetadata = metadata ?? emptyMetadata();
      if (before.apiVersion !== 'v1') {
        options.warn(
          'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.',
        );
      }
      metadata = wrap('cannot load requirements.yaml', () => readMetadata(fromBytes(file.data), before));
      if (metadata.apiVersion === 'v1') others.push(file);
    } else if (name === 'requirements.lock') {
      lock = file;
      if (metadata?.apiVersion === 'v1') others.push(file);
    } else if (name.startsWith('templates/')) templates.push({ name, text: fromBytes(file.data) });
    else if (!name.startsWith('charts/') || name.endsWith('.prov')) others.push(file);
    else {
      const below = name.slice('charts/'.length);
      const sub = below.split('/', 1)[0] ?? '';
      const list = subcharts.get(sub) ?? [];
      list.push({ name: below, data: file.data });
      subcharts.set(sub, list);
    }
  }
  if (metadata === undefined) throw new GoError('Chart.yaml file is missing');
  const chart = {
    metadata: validateMetadata(metadata),
    templates,
    values,
    valuesText,
    schema,
    files: others,
    lock,
  };
  return { chart, subcharts };
}

/** One table of values; Helm 4 merges several documents, Helm 3 reads the first. Throws `GoError`. */
export function readValuesFile(text: string, profile: HelmProfile): GoMap {
  if (profile === 3) return tableOf(readGoYaml(text));
  return wrap('cannot unmarshal yaml document', () => {
    if (!/^---/m.test(text)) return tableOf(readGoYaml(text));
    let merged: GoMap = new Map();
    for (const document of readGoYamlStream(text)) merged = mergeMaps(merged, tableOf(document));
    return merged;
  });
}

function tableOf(value: ReturnType<typeof readGoYaml>): GoMap {
  if (value === null) return new Map();
  if (value instanceof Map) return value;
  throw new GoError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonWord(value)} into Go value of type map[string]interface {}`,
  );
}

async function loadSubchart(
  name: string,
  files: readonly ChartFile[],
  parent: string,
  options: LoadOptions,
): Promise<HelmChart | undefined> {
  if (name.startsWith('_') || name.startsWith('.')) return undefined;
  if (options.depthMax <= 0) throw new GoError(`charts of ${parent} lie in each other too deeply`);
  const below = { ...options, depthMax: options.depthMax - 1 };
  try {
    if (!name.endsWith('.tgz')) {
      const inner = files.flatMap((file) => {
        const cut = file.name.indexOf('/');
        return cut < 0 ? [] : [{ name: file.name.slice(cut + 1), data: file.data }];
      });
      return await loadChart(inner, below);
    }
    const archive = files[0];
    if (archive === undefined || archive.name !== name) {
      throw new GoError(
        `error unpacking subchart tar in ${parent}: expected ${name}, got ${archive?.name ?? ''}`,
      );
    }
    return await loadChart(await options.unpack(archive.data), below);
  } catch (thrown) {
    if (!(thrown instanceof GoError) || thrown.message.startsWith('error unpacking subchart tar'))
      throw thrown;
    throw new GoError(`error unpacking subchart ${name} in ${parent}: ${thrown.message}`);
  }
}

function wrap<T>(words: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof GoError && !thrown.message.startsWith('validation:')) {
      throw new GoError(`${words}: ${thrown.message}`);
    }
    throw thrown;
  }
}
