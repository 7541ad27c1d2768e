import { writeYaml } from '@plumbline/languages';
import { joinGo } from '../../paths.ts';
import { setEntries, textEntries } from '../accumulate/metadata-merge.ts';
import { parseRepositoryUrl } from '../load/repository-url.ts';
import { metadataOf, nameOf, namespaceOf, scalarText } from '../resource.ts';
import type { JsonObject, Resource, ResourceOrigin } from '../resource.ts';

const originAnnotation = 'config.kubernetes.io/origin';
const transformationsAnnotation = 'alpha.config.kubernetes.io/transformations';
/** What upstream writes on resources while it builds, and takes away at the end. */
const internalPrefix = 'internal.config.kubernetes.io/';
const internalNames = new Set(
  (
    'previousKinds previousNames prefixes suffixes previousNamespaces allowNameChange allowKindChange refBy ' +
    'generatorBehavior needsHashSuffix path index seqindent id annotations-migration-resource-id helm-generated'
  ).split(' '),
);
const legacyNames = new Set(['config.kubernetes.io/path', 'config.kubernetes.io/index', 'config.k8s.io/id']);

/** The origin of what a kustomization of this origin names by a path or a URL. */
export function originBelow(origin: ResourceOrigin, path: string): ResourceOrigin {
  const url = parseRepositoryUrl(path);
  if (url === undefined) return { ...origin, path: joinGo(origin.path ?? '', path) };
  const { ref } = url;
  return { repo: url.clone, ...(ref === '' ? {} : { ref }), path: joinGo('', url.path) };
}

/** The origin of what a field of a kustomization makes or changes. */
export function originOfField(origin: ResourceOrigin, fileName: string, kind: string): ResourceOrigin {
  return {
    ...repositoryOf(origin),
    configuredIn: joinGo(origin.path ?? '', fileName),
    configuredBy: { apiVersion: 'builtin', kind },
  };
}

/** The origin of what a plugin with a configuration object of its own makes or changes. */
export function originOfPlugin(config: Resource): ResourceOrigin | undefined {
  const { origin, object } = config;
  if (origin === undefined) return undefined;
  return {
    ...repositoryOf(origin),
    ...(origin.path === undefined ? {} : { configuredIn: origin.path }),
    configuredBy: {
      apiVersion: scalarText(object['apiVersion']),
      kind: scalarText(object['kind']),
      name: nameOf(object),
      namespace: namespaceOf(object),
    },
  };
}

function repositoryOf({ repo, ref }: ResourceOrigin): ResourceOrigin {
  return { ...(repo === undefined ? {} : { repo }), ...(ref === undefined ? {} : { ref }) };
}

/** Notes a transformer on a resource; what has no origin yet was made by it. */
export function addTransformation(resource: Resource, origin: ResourceOrigin): void {
  if (resource.origin === undefined) resource.origin = origin;
  else resource.transformations.push(origin);
}

/** Writes what `buildMetadata` asks for, and takes away what only the build itself may write. */
export function writeMetadata(resource: Resource, options: readonly string[]): void {
  const { object, origin, transformations } = resource;
  const annotations = textEntries(object, 'annotations');
  for (const key of Object.keys(annotations)) if (isInternal(key)) delete annotations[key];
  delete annotations[originAnnotation];
  delete annotations[transformationsAnnotation];
  if (options.includes('originAnnotations') && origin !== undefined)
    annotations[originAnnotation] = originText(origin);
  if (options.includes('transformerAnnotations') && transformations.length > 0)
    annotations[transformationsAnnotation] = transformations.map(listItem).join('');
  setEntries(object, 'annotations', annotations);
}

/** A resource with what upstream keeps in its annotations while it builds; messages show them. */
export function withNotes(resource: Resource): JsonObject {
  const { object, origin, transformations, previous, behavior, generated, needsHash } = resource;
  const notes: Record<string, string> = { ...textEntries(object, 'annotations') };
  const note = (name: string, value: string): void => {
    if (value !== '') notes[`${internalPrefix}${name}`] = value;
  };
  note('previousKinds', previous.map(({ kind }) => kind).join(','));
  note('previousNames', previous.map(({ name }) => name).join(','));
  note('previousNamespaces', previous.map(({ namespace }) => namespace).join(','));
  note('prefixes', resource.prefixes.join(','));
  note('suffixes', resource.suffixes.join(','));
  note('refBy', resource.refBy.join(','));
  if (generated) note('generatorBehavior', behavior);
  if (needsHash) note('needsHashSuffix', 'enabled');
  if (resource.helmGenerated) note('helm-generated', 'true');
  if (origin !== undefined) notes[originAnnotation] = originText(origin);
  if (transformations.length > 0) notes[transformationsAnnotation] = transformations.map(listItem).join('');
  if (Object.keys(notes).length === 0) return object;
  return { ...object, metadata: { ...metadataOf(object), annotations: notes } };
}

function isInternal(key: string): boolean {
  if (legacyNames.has(key)) return true;
  return key.startsWith(internalPrefix) && internalNames.has(key.slice(internalPrefix.length));
}

function listItem(origin: ResourceOrigin): string {
  return originText(origin).replace(/^/gm, '  ').replace(/^ {2}/, '- ').replace(/ +$/, '');
}

/** An origin as YAML, with its fields in upstream's order. */
function originText(origin: ResourceOrigin): string {
  const { path, repo, ref, configuredIn, configuredBy } = origin;
  const by = configuredBy ?? {};
  const identity = fields({
    apiVersion: by.apiVersion,
    kind: by.kind,
    name: by.name,
    namespace: by.namespace,
  });
  const nested = identity.map((line) => `  ${line}`);
  const lines = [
    ...fields({ path, repo, ref, configuredIn }),
    ...(nested.length === 0 ? [] : ['configuredBy:', ...nested]),
  ];
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`;
}

function fields(values: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${key}: ${writeYaml(value).trimEnd()}`);
}
