import type { Loader } from '../load/loader.ts';
import { withEnvList } from '../kustomization/read.ts';
import type { GeneratorArgs, GeneratorOptions } from '../kustomization/types.ts';
import { KustomizeError } from '../problem.ts';
import { newResource } from '../resource.ts';
import type { Behavior, JsonObject, Resource } from '../resource.ts';
import { loadPairs } from './sources.ts';
import type { SourcedPair } from './sources.ts';

/** What a generator made, and from what. */
export interface Generated {
  readonly resource: Resource;
  readonly pairs: readonly SourcedPair[];
}

/** Makes the ConfigMap or Secret that a generator describes. */
export async function generateMap(
  kind: 'ConfigMap' | 'Secret',
  loader: Loader,
  written: GeneratorArgs,
): Promise<Generated> {
  const args = withEnvList(written);
  const { name = '', namespace = '', options = {} } = args;
  if (name === '') throw new KustomizeError('a configmap must have a name');
  const pairs = await pairsOf(loader, args, name);
  const metadata: JsonObject = { name };
  if (namespace !== '') metadata['namespace'] = namespace;
  addEntries(metadata, 'labels', options.labels);
  addEntries(metadata, 'annotations', options.annotations);
  const object: JsonObject = { apiVersion: 'v1', kind, metadata };
  if (kind === 'Secret') object['type'] = args.type || 'Opaque';
  if (kind === 'Secret')
    object['data'] = Object.fromEntries(pairs.map(({ key, value }) => [key, encodeBase64(value)]));
  else addConfigData(object, pairs);
  if (options.immutable === true) object['immutable'] = true;
  const resource = newResource(object);
  resource.generated = true;
  resource.needsHash = options.disableNameSuffixHash !== true;
  resource.behavior = behaviorOf(args.behavior);
  return { resource, pairs };
}

async function pairsOf(loader: Loader, args: GeneratorArgs, name: string): Promise<SourcedPair[]> {
  let pairs: SourcedPair[];
  try {
    pairs = await loadPairs(loader, args);
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed('loading KV pairs') : thrown;
  }
  const keys = new Set<string>();
  for (const { key } of pairs) {
    if (keys.has(key)) throw new KustomizeError(`configmap ${name} illegally repeats the key \`${key}\``);
    keys.add(key);
  }
  return pairs;
}

function addEntries(
  metadata: JsonObject,
  field: 'labels' | 'annotations',
  entries: Readonly<Record<string, string>> | undefined,
): void {
  if (entries !== undefined && Object.keys(entries).length > 0) metadata[field] = { ...entries };
}

/** Text goes into `data`, everything else into `binaryData`. */
function addConfigData(object: JsonObject, pairs: readonly SourcedPair[]): void {
  for (const { key, value } of pairs) {
    const text = decodeUtf8(value);
    const field = text === undefined ? 'binaryData' : 'data';
    const entries = (object[field] ?? {}) as JsonObject;
    // A key such as __proto__ has to become a field like any other.
    Object.defineProperty(entries, key, {
      value: text ?? encodeBase64(value),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    object[field] = entries;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function behaviorOf(text: string | undefined): Behavior {
  return text === 'create' || text === 'replace' || text === 'merge' ? text : 'unspecified';
}

/** kustomize breaks base64 into lines of this length, if there is more than one. */
const lineLength = 70;

/** Base64 in the lines in which kustomize writes it. */
function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  const encoded = btoa(binary);
  if (encoded.length < lineLength) return encoded;
  let text = '';
  for (let at = 0; at < encoded.length; at += lineLength) text += `${encoded.slice(at, at + lineLength)}\n`;
  return text;
}

/** Options of one generator with those of `generatorOptions`: entries of its own win, switches add up. */
export function mergeOptions(
  local: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (global === undefined) return local;
  const merge = (field: 'labels' | 'annotations') =>
    local?.[field] === undefined && global[field] === undefined
      ? {}
      : { [field]: { ...global[field], ...local?.[field] } };
  return {
    ...local,
    ...merge('labels'),
    ...merge('annotations'),
    ...(global.disableNameSuffixHash === true ? { disableNameSuffixHash: true } : {}),
    ...(global.immutable === true ? { immutable: true } : {}),
  };
}
