import {
  createTemplates,
  GoError,
  TemplateError,
  typedMap,
  withMethods,
  writeGoYaml,
} from '@plumbline/languages';
import type {
  GoFunction,
  GoMap,
  TemplateCache,
  TemplateFunctions,
  TemplateLimits,
  Value,
} from '@plumbline/languages';
import { chartPath } from './chart/types.ts';
import type { HelmChart, HelmProfile } from './chart/types.ts';
import type { HelmContext } from './context.ts';
import { executionErrorText, parseErrorText, TooDeepError } from './errors.ts';
import { filesObject } from './files.ts';
import { chartObject } from './objects.ts';
import type { TracedFile } from './origins/field-origins.ts';
import type { ValuePlace } from './origins/value-places.ts';

/** A template with what it sees. */
interface Renderable {
  readonly text: string;
  readonly scope: GoMap;
  readonly basePath: string;
}

/** What the engine renders and how. */
export interface EngineRequest {
  readonly chart: HelmChart;
  readonly values: GoMap;
  readonly release: GoMap;
  readonly capabilities: Value;
  readonly profile: HelmProfile;
  readonly functions: TemplateFunctions;
  readonly cache: TemplateCache;
  readonly context: HelmContext;
  readonly limits: TemplateLimits;
  /** Called before each file, so that functions know where they are. */
  readonly entering?: (file: string) => void;
  /** Where the value in a slot of the values was set; with it the output is traced. */
  readonly originOf?: (container: object, key: string | number) => ValuePlace | undefined;
}

/** Renders every template of a chart and of the charts below it: by path, with what is known of its parts. Throws `GoError`. */
export function renderTemplates(request: EngineRequest): Map<string, TracedFile> {
  const { profile } = request;
  const renderables = collect(request);
  const names = [...renderables.keys()].toSorted(byDepth);
  const templates = createTemplates({
    functions: request.functions,
    cache: request.cache,
    missingKey: 'zero',
    limits: request.limits,
  });
  for (const name of names) {
    try {
      templates.parse(name, renderables.get(name)?.text ?? '');
    } catch (thrown) {
      throw asGoError(thrown, (error) => parseErrorText(name, error.message));
    }
  }
  const rendered = new Map<string, TracedFile>();
  const { context, originOf } = request;
  for (const name of names) {
    const renderable = renderables.get(name);
    if (renderable === undefined || isPartial(name)) continue;
    const { scope, basePath } = renderable;
    scope.set(
      'Template',
      valuesMap(profile, [
        ['Name', name],
        ['BasePath', basePath],
      ]),
    );
    request.entering?.(name);
    try {
      const how = { context, dropNoValue: true };
      rendered.set(
        name,
        originOf === undefined
          ? { text: templates.execute(name, scope, how) }
          : templates.trace(name, scope, { ...how, originOf }),
      );
    } catch (thrown) {
      throw asGoError(thrown, (error) => executionErrorText(name, error, profile));
    }
  }
  return rendered;
}

function asGoError(thrown: unknown, words: (error: TemplateError) => string): unknown {
  if (!(thrown instanceof TemplateError)) return thrown;
  if (thrown.stackFull) return new TooDeepError(thrown.message);
  return new GoError(thrown.kind === 'limit' ? thrown.message : words(thrown));
}

/** Whether a file only serves others. */
export function isPartial(path: string): boolean {
  return path.slice(path.lastIndexOf('/') + 1).startsWith('_');
}

/** Deep files first, and among equals the last name first: so what stands higher defines last and wins. */
function byDepth(a: string, b: string): number {
  const depth = count(b) - count(a);
  return depth !== 0 ? depth : a < b ? 1 : -1;
}

function count(path: string): number {
  let slashes = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) slashes++;
  return slashes;
}

function collect(request: EngineRequest): Map<string, Renderable> {
  const renderables = new Map<string, Renderable>();
  collectChart(request, request.chart, request.values, renderables);
  return renderables;
}

function collectChart(
  request: EngineRequest,
  chart: HelmChart,
  values: GoMap,
  renderables: Map<string, Renderable>,
): GoMap {
  const { profile } = request;
  const subcharts: GoMap = new Map();
  const scope: GoMap = new Map<string, Value>([
    ['Chart', chartObject(chart.metadata, chart.parent === undefined, profile)],
    ['Files', filesObject(chart.files)],
    ['Release', request.release],
    ['Capabilities', request.capabilities],
    ['Values', withMethods(values, valuesMethods(values))],
    ['Subcharts', subcharts],
  ]);
  for (const sub of chart.dependencies) {
    const { name } = sub.metadata;
    const below = values.get(name);
    subcharts.set(
      name,
      collectChart(request, sub, below instanceof Map ? below : valuesMap(profile, []), renderables),
    );
  }
  const path = chartPath(chart);
  const isLibrary = chart.metadata.type.toLowerCase() === 'library';
  for (const template of chart.templates) {
    if (isLibrary && !isPartial(template.name)) continue;
    renderables.set(`${path}/${template.name}`, {
      text: template.text,
      scope,
      basePath: `${path}/templates`,
    });
  }
  return scope;
}

/** What charts call on `.Values`; `dig` for one takes nothing but a plain map. */
function valuesMethods(values: GoMap): ReadonlyMap<string, GoFunction> {
  return new Map<string, GoFunction>([
    ['AsMap', { params: [], result: 'map', call: () => new Map(values) }],
    ['YAML', { params: [], result: 'string', call: () => writeGoYaml(values) }],
  ]);
}

/** A map of Helm's own type. */
export function valuesMap(profile: HelmProfile, entries: readonly (readonly [string, Value])[]): GoMap {
  return typedMap(profile === 3 ? 'chartutil.Values' : 'common.Values', new Map(entries));
}
