import { GoError, readYamlStream } from '@plumbline/languages';
import { isRecord } from '@plumbline/base';
import { scalarText } from './chart/fields.ts';
import type { HelmProfile } from './chart/types.ts';
import { isPartial } from './engine.ts';
import { compareKinds } from './kinds.ts';
import { yamlErrorIn } from './yaml-errors.ts';

/** One document of the output. */
export interface HelmManifest {
  /** The template that it comes from. */
  readonly path: string;
  readonly content: string;
  readonly kind: string;
  /** The document as data; undefined where it holds nothing. */
  readonly object: Readonly<Record<string, unknown>> | undefined;
}

/** A document that is to run at an event instead of being installed. */
export interface HelmHook extends HelmManifest {
  readonly name: string;
  readonly events: readonly string[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

/** The documents of a release, in the order of their installation. */
export interface SortedManifests {
  readonly hooks: readonly HelmHook[];
  readonly manifests: readonly HelmManifest[];
}

const events = new Map(
  [
    'pre-install',
    'post-install',
    'pre-delete',
    'post-delete',
    'pre-upgrade',
    'post-upgrade',
    'pre-rollback',
    'post-rollback',
    'test',
  ].map((event) => [event, event]),
).set('test-success', 'test');

const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leading = new RegExp(`^${space}+`);
const trailing = new RegExp(`${space}+$`);
const separator3 = /(?:^|[\t\n\f\r ]*\n)---[\t\n\f\r ]*/g;
const separator4 = /^---[ \t]*/gm;

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  return text.replace(leading, '').replace(trailing, '');
}

/** Cuts a file at its separators. Helm 3 eats the white space around them, Helm 4 keeps what trails. */
export function splitManifests(text: string, profile: HelmProfile): string[] {
  if (profile === 3) {
    const parts = trimSpace(text).split(separator3);
    return parts.filter((part) => part !== '').map(trimSpace);
  }
  const parts = text.replace(leading, '').split(separator4);
  return parts.map((part) => part.replace(leading, '')).filter((part) => part !== '');
}

/** Splits files into documents and sorts them. Throws `GoError` for what is no YAML. */
export function sortManifests(files: ReadonlyMap<string, string>, profile: HelmProfile): SortedManifests {
  const hooks: HelmHook[] = [];
  const manifests: HelmManifest[] = [];
  for (const path of [...files.keys()].toSorted(compareText)) {
    if (isPartial(path)) continue;
    for (const content of splitManifests(files.get(path) ?? '', profile)) {
      sortOne(path, content, profile, hooks, manifests);
    }
  }
  const byKind = (a: HelmManifest, b: HelmManifest) => compareKinds(a.kind, b.kind, profile);
  return { hooks: hooks.toSorted(byKind), manifests: manifests.toSorted(byKind) };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortOne(
  path: string,
  content: string,
  profile: HelmProfile,
  hooks: HelmHook[],
  manifests: HelmManifest[],
): void {
  const head = readHead(path, content, profile);
  const manifest = { path, content, kind: head.kind, object: head.object };
  const hookTypes = head.annotations.get('helm.sh/hook');
  if (hookTypes === undefined) {
    manifests.push(manifest);
    return;
  }
  const named = hookTypes.split(',').map((event) => events.get(trimSpace(event).toLowerCase()));
  // A document with an event that nobody knows is dropped without a word.
  if (named.includes(undefined)) return;
  hooks.push({
    ...manifest,
    name: head.name,
    events: named.filter((event) => event !== undefined),
    weight: weightOf(head.annotations.get('helm.sh/hook-weight')),
    deletePolicies: policies(head.annotations.get('helm.sh/hook-delete-policy')),
    outputLogPolicies: policies(head.annotations.get('helm.sh/hook-output-log-policy')),
  });
}

function weightOf(text: string | undefined): number {
  return text !== undefined && /^[-+]?[0-9]+$/.test(text) ? Number(text) : 0;
}

function policies(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((policy) => trimSpace(policy).toLowerCase());
}

interface Head {
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly object: Readonly<Record<string, unknown>> | undefined;
}

function readHead(path: string, content: string, profile: HelmProfile): Head {
  const stream = readYamlStream(content, { file: path, duplicateKeys: 'last' });
  if (stream.problem !== undefined) {
    throw new GoError(`YAML parse error on ${path}: ${yamlErrorIn(stream.problem)}`);
  }
  const value = stream.documents[0]?.value ?? null;
  const struct = profile === 3 ? 'releaseutil.SimpleHead' : 'util.SimpleHead';
  const refuse = (what: unknown, where: string): never => {
    throw new GoError(
      `YAML parse error on ${path}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${wordOf(what)} into ${where}`,
    );
  };
  const textIn = (what: unknown, field: string): string => {
    if (what === null || what === undefined) return '';
    const text = typeof what === 'object' ? undefined : scalarText(what as string | number | boolean);
    return text ?? refuse(what, `Go struct field SimpleHead.${field} of type string`);
  };
  if (value === null) return { kind: '', name: '', annotations: new Map(), object: undefined };
  if (!isRecord(value)) return refuse(value, `Go value of type ${struct}`);
  textIn(value['apiVersion'], 'apiVersion');
  const kind = textIn(value['kind'], 'kind');
  const metadata = value['metadata'];
  if (metadata === null || metadata === undefined) {
    return { kind, name: '', annotations: new Map(), object: value };
  }
  if (!isRecord(metadata)) {
    return refuse(
      metadata,
      'Go struct field SimpleHead.metadata of type struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }',
    );
  }
  const annotations = new Map<string, string>();
  const all = metadata['annotations'];
  if (all !== null && all !== undefined) {
    if (!isRecord(all))
      return refuse(all, 'Go struct field SimpleHead.metadata.annotations of type map[string]string');
    for (const [key, text] of Object.entries(all)) annotations.set(key, textIn(text, 'metadata.annotations'));
  }
  return { kind, name: textIn(metadata['name'], 'metadata.name'), annotations, object: value };
}

function wordOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
