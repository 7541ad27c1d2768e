import type { FieldOrigins, KubeObject, Manifest, Origin } from '@plumbline/api';
import { formatProblem, isRecord } from '@plumbline/base';
import type { Problem } from '@plumbline/base';
import { decodeText, parseJsonText, positionsOf, readYamlInSteps } from '@plumbline/languages';
import type { YamlProblem } from '@plumbline/languages';
import { writtenOrigins } from '../origins.ts';
import type { Places } from '../origins.ts';

/** A document and what is known of its fields. */
interface Written extends Origin {
  readonly origins?: OriginsBelow | undefined;
}

/** What one file gave. */
export interface FileManifests {
  readonly manifests: readonly Manifest[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
  /** The file says itself that it is not to be read. */
  readonly skipped?: boolean;
}

/** A comment with this in it keeps a file from being read as manifests. */
const skipMarker = '+argocd:skip-file-rendering';

const nothing: FileManifests = { manifests: [], warnings: [], problems: [] };

/**
 * The objects of one file, one document per step; a step gives the length of the text that it has read. `name` is how
 * Argo CD calls the file in its messages: the last part of its path.
 */
export function* readManifests(
  bytes: Uint8Array,
  file: string,
  name: string,
  origins = false,
): Generator<number, FileManifests> {
  const text = decodeText(bytes, file);
  if (!text.ok) return { ...nothing, problems: [text.error] };
  if (isSkipped(text.value)) return { ...nothing, skipped: true };
  if (!name.endsWith('.json')) return yield* readYamlFile(text.value, file, name, origins);
  yield text.value.length;
  return readJsonFile(text.value, file, name, origins);
}

/** Whether a file says of itself that it is not to be read. */
export function isSkipped(text: string): boolean {
  return text.includes(skipMarker);
}

/** Where the fields of an object come from, by where the object is in its document (`/items/0`). */
type OriginsBelow = (pointer: string) => FieldOrigins;

/**
 * The objects that a program made instead of a file; `failure` is how the messages of those that are none begin.
 * `originsOf` says where the fields of one of them come from.
 */
export function readObjects(
  objects: readonly unknown[],
  file: string,
  failure: string,
  originsOf?: (index: number) => OriginsBelow,
): FileManifests {
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  for (const [document, object] of objects.entries()) {
    const why = refusalOf(object);
    if (why === undefined) {
      const origins = originsOf?.(document);
      addObjects(object as KubeObject, { file, line: 1, document, origins }, manifests, problems);
    } else {
      const message = `${failure}: ${why}`;
      problems.push({ code: 'manifest-invalid', message, where: { file } });
    }
  }
  return { manifests, warnings: [], problems };
}

function* readYamlFile(
  text: string,
  file: string,
  name: string,
  withOrigins: boolean,
): Generator<number, FileManifests> {
  // Kubernetes' decoders let the last of two equal keys win without a word; here a warning tells.
  const stream = yield* readYamlInSteps(text, { file, duplicateKeys: 'last' });
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  let read = 0;
  const fail = (why: string, cause: Partial<Problem>, line: number): void => {
    problems.push({
      code: 'manifest-invalid',
      message: `Failed to unmarshal "${name}": failed to unmarshal manifest: ${why}`,
      where: { file, line },
      ...cause,
    });
  };
  for (const document of stream.documents) {
    const { value, line, index } = document;
    const why = refusalOf(value);
    if (why !== undefined) {
      fail(why, {}, line);
      break;
    }
    read++;
    const origins = withOrigins ? placedIn(() => document.positions(), file) : undefined;
    addObjects(value as KubeObject, { file, line, document: index, origins }, manifests, problems);
  }
  const { problem: broken } = stream;
  if (problems.length === 0 && broken !== undefined)
    fail(yamlCause(broken), causeOf(broken), broken.where?.line ?? 1);
  // A file that holds no object and does not look like one (a values file, a workflow) is none of our business.
  const isForeign = problems.length > 0 && read === 0 && !looksLikeManifest(text);
  const warnings = stream.warnings.map(formatProblem);
  return isForeign ? { ...nothing, warnings } : { manifests, warnings, problems };
}

function looksLikeManifest(text: string): boolean {
  return text.includes('apiVersion:') && text.includes('kind:') && text.includes('metadata:');
}

/** The cause in the words that Argo CD's repository server passes on. */
function yamlCause(broken: YamlProblem): string {
  const line = broken.documentLine ?? broken.where?.line;
  return `error converting YAML to JSON: yaml: ${line === undefined ? '' : `line ${line}: `}${broken.message}`;
}

function causeOf(broken: YamlProblem): Partial<Problem> {
  return {
    ...(broken.where === undefined ? {} : { where: broken.where }),
    ...(broken.hint === undefined ? {} : { hint: broken.hint }),
  };
}

/** The text is read again for the places, so that is done once for all objects in it. */
function placedIn(positions: () => Places, file: string): OriginsBelow {
  let places: Places | undefined;
  return (below) => writtenOrigins((places ??= positions()), file, below);
}

function readJsonFile(text: string, file: string, name: string, withOrigins: boolean): FileManifests {
  const fail = (message: string, offset: number): FileManifests => {
    const line = text.slice(0, offset).split('\n').length;
    return { ...nothing, problems: [{ code: 'manifest-invalid', message, where: { file, line } }] };
  };
  const body = text.replace(/^\ufeff/, '');
  const parsed = parseJson(body);
  if ('refusal' in parsed) {
    return parsed.refusal === 'more'
      ? fail(
          `Found multiple objects in "${name}". Only single objects are allowed in JSON files.`,
          parsed.offset,
        )
      : fail(`Failed to unmarshal "${name}": ${parsed.refusal}`, parsed.offset);
  }
  const why = refusalOf(parsed.value);
  if (why !== undefined) return fail(`Failed to unmarshal "${name}": ${why}`, 0);
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  const line = body.slice(0, body.search(/\S/)).split('\n').length;
  const origins = withOrigins ? placedIn(() => positionsOf(body, 1), file) : undefined;
  addObjects(parsed.value as KubeObject, { file, line, document: 0, origins }, manifests, problems);
  return { manifests, warnings: [], problems };
}

type ParsedJson = { readonly value: unknown } | { readonly refusal: string; readonly offset: number };

function parseJson(text: string): ParsedJson {
  const end = text.trimEnd().length;
  if (end === 0) return { refusal: 'EOF', offset: 0 };
  const shallow = parseJsonText(text);
  if (shallow !== undefined) return shallow;
  try {
    JSON.parse(text);
    return { refusal: 'exceeded max depth', offset: 0 };
  } catch (thrown) {
    const message = String(thrown);
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? end);
    if (offset >= end) return { refusal: 'unexpected EOF', offset: end };
    if (/after JSON/.test(message)) return { refusal: 'more', offset };
    return { refusal: `invalid character '${text.charAt(offset)}' looking for beginning of value`, offset };
  }
}

/** Why a document is no Kubernetes object, or undefined. */
function refusalOf(value: unknown): string | undefined {
  if (!isRecord(value)) {
    const type = Array.isArray(value) ? 'array' : value === true || value === false ? 'bool' : typeof value;
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  }
  const { kind, apiVersion } = value;
  if (typeof kind === 'string' && kind !== '' && (apiVersion === undefined || typeof apiVersion === 'string'))
    return undefined;
  const shown = JSON.stringify(value);
  return typeof apiVersion !== 'string' && apiVersion !== undefined && typeof kind === 'string'
    ? 'apiVersion must be a text'
    : `Object 'Kind' is missing in '${shown.length > 300 ? `${shown.slice(0, 300)}...` : shown}'`;
}

/** Lists of any kind become their items; a list whose items are null is nothing. */
function addObjects(object: KubeObject, from: Written, manifests: Manifest[], problems: Problem[]): void {
  const items = object['items'];
  if (Array.isArray(items)) {
    for (const [i, item] of (items as readonly unknown[]).entries()) {
      const where = { file: from.file, line: from.line };
      const refusal = isRecord(item) ? refusalOf(item) : 'items member is not an object';
      if (refusal === undefined) addObject(item as KubeObject, from, `/items/${i}`, manifests, problems);
      else problems.push({ code: 'manifest-invalid', message: refusal, where });
    }
    return;
  }
  if (items === null && object['spec'] === undefined && object['status'] === undefined && 'items' in object)
    return;
  addObject(object, from, '', manifests, problems);
}

function addObject(
  object: KubeObject,
  { origins, ...origin }: Written,
  below: string,
  manifests: Manifest[],
  problems: Problem[],
): void {
  const complete = withMetadata(object);
  const wrong = wrongText(complete);
  if (wrong === undefined)
    manifests.push({
      object: complete,
      origin,
      ...(origins === undefined ? {} : { origins: origins(below) }),
    });
  else
    problems.push({
      code: 'manifest-invalid',
      message: wrong,
      where: { file: origin.file, line: origin.line },
    });
}

/** Everything behind here can rely on `apiVersion` and `metadata` being there; a name can still be missing. */
function withMetadata(object: KubeObject): KubeObject {
  const metadata: unknown = object.metadata;
  if (isRecord(metadata) && typeof object.apiVersion === 'string') return object;
  return {
    ...object,
    apiVersion: object.apiVersion ?? '',
    metadata: (isRecord(metadata) ? metadata : {}) as KubeObject['metadata'],
  };
}

/** Labels and annotations hold texts only; Argo CD refuses others when it marks an object as its own. */
function wrongText(object: KubeObject): string | undefined {
  for (const field of ['annotations', 'labels'] as const) {
    const map: unknown = object.metadata[field];
    if (map === undefined || map === null) continue;
    const name = `${object.apiVersion}, Kind=${object.kind} ${object.metadata.name ?? ''}`;
    const failed = `failed to get ${field} from target object ${name.startsWith('/') || name.includes('/') ? name : `/${name}`}: .metadata.${field} accessor error:`;
    if (!isRecord(map))
      return `${failed} ${JSON.stringify(map)} is of the type ${typeof map}, expected map[string]interface{}`;
    for (const [key, value] of Object.entries(map)) {
      if (typeof value === 'string') continue;
      const shown = `${JSON.stringify(value)} is of the type ${goType(value)}, expected string`;
      return `${failed} contains non-string value in the map under key "${key}": ${shown}`;
    }
  }
  return undefined;
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
