import type { Result } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import type { YamlDocument } from '@plumbline/languages';
import { joinPath } from '../../paths.ts';
import type { Loaded, Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { goYamlText, KustomizeError } from '../problem.ts';
import { decodeStruct, strict } from './decode.ts';
import { kustomizationShape } from './shapes.ts';
import type { GeneratorArgs, HelmChartArgs, HelmGlobals, Kustomization, OldHelmChartArgs } from './types.ts';
import { kustomizationFileNames } from './names.ts';

const kinds = {
  Kustomization: 'kustomize.config.k8s.io/v1beta1',
  Component: 'kustomize.config.k8s.io/v1alpha1',
};

/** A kustomization and the file that it stands in. */
export interface ReadKustomization {
  readonly kustomization: Kustomization;
  /** As it is called in its folder. */
  readonly fileName: string;
  /** Below the root of its tree. */
  readonly file: string;
  /** The line on which a field at the top starts; 1 where it is not found. Cheap. */
  readonly lineOf: (field: string) => number;
  /** Where a field of it is written; undefined for a kustomization that no file holds. Reads the text again. */
  readonly position: (pointer: string) => { readonly line: number; readonly column: number } | undefined;
}

/** A change of a kustomization in memory: it is given what the file says (undefined: there is none). */
export type Overlay = (read: unknown) => Result<unknown>;

/** Reads the one kustomization file of a folder. */
export async function readKustomization(
  loader: Loader,
  warnings: string[],
  overlay?: Overlay,
): Promise<ReadKustomization> {
  const found = await findFile(loader, overlay !== undefined);
  const parsed = found === undefined ? undefined : parseFile(found);
  const { name: fileName, file } = found ?? {
    name: kustomizationFileNames[0],
    file: joinPath(loader.root, kustomizationFileNames[0]),
  };
  let value = parsed?.value;
  if (overlay !== undefined) {
    const changed = overlay(value);
    if (!changed.ok)
      throw new KustomizeError(changed.error.message, { code: changed.error.code, hint: changed.error.hint });
    value = changed.value;
  }
  const kustomization = fixKustomization(decodeKustomization(value, file), warnings);
  checkKustomization(kustomization, loader.shownRoot, file);
  const text = found === undefined ? '' : textOf(found);
  return {
    kustomization,
    fileName,
    file,
    lineOf: (field) => lineOf(text, field),
    position: (pointer) => parsed?.position(pointer),
  };
}

function lineOf(text: string, field: string): number {
  const at = text.startsWith(`${field}:`) ? 0 : text.indexOf(`\n${field}:`) + 1;
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++;
  return line;
}

function parseFile(found: Loaded): YamlDocument | undefined {
  const read = readYaml(textOf(found), { file: found.file, duplicateKeys: 'last' });
  if (read.ok) return read.value[0];
  throw new KustomizeError(`invalid Kustomization: ${goYamlText(read.error)}`, {
    code: 'kustomization-invalid',
    where: read.error.where ?? { file: found.file },
    hint: read.error.hint,
  });
}

/** Decodes plain data as a kustomization. */
export function decodeKustomization(value: unknown, file: string): Kustomization {
  try {
    return decodeStruct(value, kustomizationShape, strict) as Kustomization;
  } catch (thrown) {
    if (!(thrown instanceof KustomizeError)) throw thrown;
    throw new KustomizeError(`invalid Kustomization: ${thrown.message}`, {
      code: 'kustomization-invalid',
      where: { file },
      hint: 'check the spelling and the indentation of this field',
    });
  }
}

interface FoundFile extends Loaded {
  readonly name: string;
}

async function findFile(loader: Loader, mayBeAbsent: boolean): Promise<FoundFile | undefined> {
  const found: FoundFile[] = [];
  for (const name of kustomizationFileNames) {
    const kind = await loader.kindOf(name);
    if (kind !== 'file' && kind !== 'link') continue;
    try {
      found.push({ name, ...(await loader.load(name)) });
    } catch (thrown) {
      if (!(thrown instanceof KustomizeError)) throw thrown;
    }
  }
  const [first, second] = found;
  if (first === undefined && mayBeAbsent) return undefined;
  if (first === undefined) {
    const names = `'kustomization.yaml', 'kustomization.yml' or 'Kustomization'`;
    throw new KustomizeError(`unable to find one of ${names} in directory '${loader.shownRoot}'`, {
      code: 'kustomization-missing',
    });
  }
  if (second !== undefined)
    throw new KustomizeError(`Found multiple kustomization files under: ${loader.shownRoot}\n`, {
      code: 'kustomization-ambiguous',
      hint: `keep one of ${found.map(({ name }) => name).join(', ')}`,
    });
  return first;
}

const fix = "Run 'kustomize edit fix' to update your Kustomization automatically.";
const deprecated: readonly (readonly [keyof Kustomization, string])[] = [
  ['bases', `# Warning: 'bases' is deprecated. Please use 'resources' instead. ${fix}`],
  ['commonLabels', `# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. ${fix}`],
  ['imageTags', `# Warning: 'imageTags' is deprecated. Please use 'images' instead. ${fix}`],
  ['patchesJson6902', `# Warning: 'patchesJson6902' is deprecated. Please use 'patches' instead. ${fix}`],
  [
    'patchesStrategicMerge',
    `# Warning: 'patchesStrategicMerge' is deprecated. Please use 'patches' instead. ${fix}`,
  ],
  ['vars', `# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] ${fix}`],
];

/** Moves what old fields hold into the fields that took their place, and warns of them. */
function fixKustomization(read: Kustomization, warnings: string[]): Kustomization {
  for (const [field, warning] of deprecated) if (read[field] !== undefined) warnings.push(warning);
  const kind = read.kind || 'Kustomization';
  const { bases, imageTags, helmChartInflationGenerator: oldCharts, ...rest } = read;
  const globals = read.helmGlobals ?? oldGlobals(oldCharts ?? []);
  return {
    ...rest,
    kind,
    apiVersion: read.apiVersion || (kind === 'Component' ? kinds.Component : kinds.Kustomization),
    ...joined('resources', read.resources, bases),
    ...joined('images', read.images, imageTags),
    ...joined('helmCharts', read.helmCharts, oldCharts?.map(newChart)),
    ...(globals === undefined ? {} : { helmGlobals: globals }),
    ...(read.configMapGenerator === undefined
      ? {}
      : { configMapGenerator: read.configMapGenerator.map(withEnvList) }),
    ...(read.secretGenerator === undefined ? {} : { secretGenerator: read.secretGenerator.map(withEnvList) }),
  };
}

function joined<K extends string, T>(
  name: K,
  first: readonly T[] | undefined,
  second: readonly T[] | undefined,
): Partial<Record<K, readonly T[]>> {
  if (first === undefined && second === undefined) return {};
  const both: readonly T[] = [...(first ?? []), ...(second ?? [])];
  return { [name]: both } as unknown as Partial<Record<K, readonly T[]>>;
}

/** `env` is an older form of `envs`. */
export function withEnvList(args: GeneratorArgs): GeneratorArgs {
  if (args.env === undefined || args.env === '') return args;
  const { env, ...rest } = args;
  return { ...rest, envs: [...(args.envs ?? []), env] };
}

function newChart(old: OldHelmChartArgs): HelmChartArgs {
  const chart = {
    name: old.chartName,
    version: old.chartVersion,
    repo: old.chartRepoUrl,
    valuesFile: old.values,
    valuesInline: old.valuesLocal,
    valuesMerge: old.valuesMerge,
    releaseName: old.releaseName,
  };
  return Object.fromEntries(
    Object.entries(chart).filter(([, value]) => value !== undefined),
  ) as HelmChartArgs;
}

/** What the old form said per chart holds for all of them; the last one that says it wins. */
function oldGlobals(charts: readonly OldHelmChartArgs[]): HelmGlobals | undefined {
  let globals: HelmGlobals | undefined;
  for (const { chartHome, helmHome } of charts) {
    if (chartHome) globals = { ...globals, chartHome };
    if (helmHome) globals = { ...globals, configHome: helmHome };
  }
  return globals;
}

/** Refuses a kustomization that says nothing, or is of another kind or version. */
function checkKustomization(kustomization: Kustomization, shownRoot: string, file: string): void {
  const { kind = '', apiVersion = '', ...rest } = kustomization;
  const where = { file };
  if (Object.values(rest).every(isEmpty))
    throw new KustomizeError('kustomization.yaml is empty', { code: 'kustomization-invalid', where });
  const complaints: string[] = [];
  if (kind !== 'Kustomization' && kind !== 'Component')
    complaints.push('kind should be Kustomization or Component');
  const wanted = kind === 'Component' ? kinds.Component : kinds.Kustomization;
  if (apiVersion !== wanted) complaints.push(`apiVersion for ${kind} should be ${wanted}`);
  if (complaints.length === 0) return;
  throw new KustomizeError(
    `Failed to read kustomization file under ${shownRoot}:\n${complaints.join('\n')}`,
    { code: 'kustomization-invalid', where },
  );
}

/** A field that Go's decoder leaves at its zero value; `[]` and `{}` are not. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || value === false;
}
