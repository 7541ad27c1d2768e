import type { Read, Tree } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { decodeStruct, lenient } from '../kustomize/kustomization/decode.ts';
import { kustomizationShape } from '../kustomize/kustomization/shapes.ts';
import { simplifyPath } from '../kustomize/load/files.ts';
import { KustomizeError, withPrefix } from '../kustomize/problem.ts';
import type { JsonObject } from '../kustomize/resource.ts';
import { goYamlText } from '../kustomize/problem.ts';
import { compileIgnore } from './ignore.ts';
import type { IgnoreMatcher } from './ignore.ts';
import { join, kustomizationIn, loadIgnoreFiles, scanManifests } from './scan.ts';
import type { FluxImage, FluxSelector, FluxSpec } from './types.ts';

/** The kustomization that is built: the one of the folder (or one made for it) with what the spec adds. */
export interface RootKustomization {
  /** Its path; nothing needs to be there. */
  readonly file: string;
  readonly action: 'created' | 'unchanged';
  readonly kustomization: JsonObject;
  /** What was looked at for it. */
  readonly reads: readonly Read[];
}

export interface GenerateOptions {
  /** Leave out what these lines (of an ignore file) and the `.sourceignore` files of the folder name. */
  readonly ignore?: string;
  /** Where the user knows the root of the tree to be; messages name paths below it. */
  readonly shownRoot?: string;
}

const fileBytesMax = 16 * 1024 * 1024;

/** Makes the kustomization of a folder as Flux's controller does. Throws `KustomizeError` with upstream's words. */
export async function generateKustomization(
  tree: Tree,
  folder: string,
  spec: FluxSpec,
  options: GenerateOptions = {},
): Promise<RootKustomization> {
  const { ignore, shownRoot = '' } = options;
  const isIgnored = ignore === undefined ? undefined : await ignoreMatcher(tree, folder, ignore);
  const found = await readOrScan(tree, folder, shownRoot, isIgnored);
  const kustomization: JsonObject = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...found.kustomization,
  };
  // Kustomize refuses a kustomization that says nothing at all.
  if (found.action === 'unchanged' && listOf(kustomization, 'resources').length === 0)
    kustomization['buildMetadata'] = ['originAnnotations'];
  if (isIgnored !== undefined) await dropIgnored(tree, folder, kustomization, isIgnored);
  addSpec(kustomization, spec);
  await addComponents(tree, folder, kustomization, spec);
  return { ...found, kustomization };
}

async function ignoreMatcher(tree: Tree, folder: string, ignore: string): Promise<IgnoreMatcher> {
  const files = await loadIgnoreFiles(tree, folder);
  return compileIgnore([...files, { folder: [], text: ignore }]);
}

async function readOrScan(
  tree: Tree,
  folder: string,
  shownRoot: string,
  isIgnored: IgnoreMatcher | undefined,
): Promise<RootKustomization> {
  const name = await kustomizationIn(tree, folder);
  if (name !== undefined) {
    const file = join(folder, name);
    const kustomization = await readKustomizationFile(tree, file);
    const entry = await tree.stat(file);
    return { file, action: 'unchanged', kustomization, reads: [{ path: file, hash: entry?.hash }] };
  }
  const resources = await scanManifests(tree, folder, shownRoot, isIgnored);
  const entry = await tree.stat(folder);
  return {
    file: join(folder, 'kustomization.yaml'),
    action: 'created',
    kustomization: resources.length === 0 ? { namespace: '_placeholder' } : { resources },
    reads: [{ path: folder, hash: entry?.hash }],
  };
}

/** Fields that kustomize does not know are dropped without a word: Flux reads the file and writes it anew. */
async function readKustomizationFile(tree: Tree, file: string): Promise<JsonObject> {
  const bytes = (await tree.read(file, fileBytesMax)) ?? new Uint8Array();
  const read = readYaml(bytes, { file, duplicateKeys: 'last' });
  if (!read.ok) {
    throw new KustomizeError(`error converting YAML to JSON: ${goYamlText(read.error)}`, {
      code: 'kustomization-invalid',
      where: read.error.where,
      hint: read.error.hint,
    });
  }
  const value = read.value[0]?.value;
  return withPrefix(
    () => 'error unmarshaling JSON: while decoding JSON',
    () => (isRecord(value) ? decodeStruct(value, kustomizationShape, lenient) : {}),
  );
}

function listOf(kustomization: JsonObject, field: string): unknown[] {
  const list = kustomization[field];
  return Array.isArray(list) ? list : [];
}

/** Resources, components and CRDs that the ignore files name are not built. What is listed has to be there. */
async function dropIgnored(
  tree: Tree,
  folder: string,
  kustomization: JsonObject,
  isIgnored: IgnoreMatcher,
): Promise<void> {
  for (const field of ['resources', 'components', 'crds']) {
    const kept: unknown[] = [];
    for (const named of listOf(kustomization, field)) {
      if (field !== 'crds' && isUrl(String(named))) kept.push(named);
      else if (!(await isIgnoredPath(tree, folder, String(named), isIgnored))) kept.push(named);
    }
    if (kustomization[field] !== undefined) kustomization[field] = kept;
  }
}

async function isIgnoredPath(
  tree: Tree,
  folder: string,
  named: string,
  isIgnored: IgnoreMatcher,
): Promise<boolean> {
  const path = simplifyPath(join(folder, named));
  const entry = path === undefined ? undefined : await tree.stat(path);
  if (path === undefined || entry === undefined)
    throw new KustomizeError(`lstat ${join(folder, named)}: no such file or directory`);
  const isBelow = folder === '' || path.startsWith(`${folder}/`);
  const relative = folder === '' ? path : path.slice(folder.length + 1);
  return isBelow && isIgnored(relative.split('/'), entry.kind === 'folder');
}

function isUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]*$/.test(text);
}

function addSpec(kustomization: JsonObject, spec: FluxSpec): void {
  const append = (field: string, items: readonly unknown[]): void => {
    if (items.length > 0) kustomization[field] = [...listOf(kustomization, field), ...items];
  };
  if (spec.targetNamespace !== undefined) kustomization['namespace'] = spec.targetNamespace;
  if (spec.namePrefix !== undefined) kustomization['namePrefix'] = spec.namePrefix;
  if (spec.nameSuffix !== undefined) kustomization['nameSuffix'] = spec.nameSuffix;
  append(
    'patches',
    (spec.patches ?? []).map(({ patch, target }) => ({
      ...(patch === undefined ? {} : { patch }),
      ...targetOf(target),
    })),
  );
  append(
    'patchesStrategicMerge',
    (spec.patchesStrategicMerge ?? []).map((patch) => JSON.stringify(patch)),
  );
  append(
    'patchesJson6902',
    (spec.patchesJson6902 ?? []).map(({ patch, target }) => ({
      patch: JSON.stringify(patch),
      ...targetOf(target ?? {}),
    })),
  );
  if ((spec.images ?? []).length > 0)
    kustomization['images'] = mergeImages(listOf(kustomization, 'images') as FluxImage[], spec.images ?? []);
  if ((spec.buildMetadata ?? []).length > 0) kustomization['buildMetadata'] = spec.buildMetadata;
}

function targetOf(selector: FluxSelector | undefined): JsonObject {
  return selector === undefined ? {} : { target: { ...selector } };
}

/**
 * Entries of the same name are merged as an overlay would: a new name and a new version (tag or digest, of which one
 * takes the place of the other) are independent of each other.
 */
function mergeImages(existing: readonly FluxImage[], wanted: readonly FluxImage[]): FluxImage[] {
  const images = [...existing];
  for (const image of wanted) {
    const at = images.findIndex(({ name }) => name === image.name);
    const before = images[at];
    if (before === undefined) {
      images.push(withoutEmpty(image));
      continue;
    }
    const versioned = isSet(image.newTag) || isSet(image.digest);
    images[at] = withoutEmpty({
      ...before,
      ...(isSet(image.newName) ? { newName: image.newName ?? '' } : {}),
      ...(versioned ? { newTag: image.newTag ?? '', digest: image.digest ?? '' } : {}),
    });
  }
  return images;
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function withoutEmpty(image: FluxImage): FluxImage {
  return Object.fromEntries(Object.entries(image).filter(([, text]) => isSet(text))) as unknown as FluxImage;
}

async function addComponents(
  tree: Tree,
  folder: string,
  kustomization: JsonObject,
  spec: FluxSpec,
): Promise<void> {
  const components = [...listOf(kustomization, 'components')];
  for (const component of spec.components ?? []) {
    if (!isLocalRelativePath(component))
      throw new KustomizeError(`component path '${component}' must be local and relative`);
    if (spec.ignoreMissingComponents === true && !(await isThere(tree, join(folder, component)))) continue;
    components.push(component);
  }
  if (components.length > 0) kustomization['components'] = components;
}

async function isThere(tree: Tree, path: string): Promise<boolean> {
  const simple = simplifyPath(path);
  return simple !== undefined && (simple === '' || (await tree.stat(simple)) !== undefined);
}

const remotePrefixes = [
  'git::',
  'gh:',
  'ssh://',
  'https://',
  'http://',
  'git@',
  'github.com:',
  'github.com/',
];

/** Whether a path is neither absolute nor the address of a repository. */
export function isLocalRelativePath(path: string): boolean {
  const lower = path.toLowerCase();
  if (remotePrefixes.some((prefix) => prefix.length < path.length && lower.startsWith(prefix))) return false;
  return !path.startsWith('/') && !lower.replace(/^file:\/\//, '').startsWith('/');
}
