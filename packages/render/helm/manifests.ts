import { GoError, readYamlStream, yamlErrorText } from '@plumbline/languages';
import { isRecord } from '@plumbline/base';
import { scalarText } from './chart/fields.ts';
import type { HelmProfile } from './chart/types.ts';
import { createTextCache } from './documents.ts';
import type { TextCache } from './documents.ts';
import { isPartial } from './engine.ts';
import { compareKinds } from './kinds.ts';

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

/** Go's unicode.IsSpace. */
function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13);
  if (code < 128) return false;
  if (code === 0x85 || code === 0xa0 || code === 0x1680) return true;
  if (code < 0x2000) return false;
  return code <= 0x200a || [0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(code);
}

/** The white space that RE2 means by `\s`. */
function isRegexSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9 || code === 12;
}

/** Go's strings.TrimLeft with unicode.IsSpace. */
function trimStart(text: string): string {
  let from = 0;
  while (from < text.length && isSpace(text.charCodeAt(from))) from++;
  return from === 0 ? text : text.slice(from);
}

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  let to = text.length;
  while (to > 0 && isSpace(text.charCodeAt(to - 1))) to--;
  return trimStart(to === text.length ? text : text.slice(0, to));
}

/** Cuts a file at its separators. Helm 3 eats the white space around them, Helm 4 keeps what trails. */
export function splitManifests(text: string, profile: HelmProfile): string[] {
  if (profile === 3) {
    const parts = splitAtSeparators(trimSpace(text));
    return parts.filter((part) => part !== '').map(trimSpace);
  }
  const parts = trimStart(text).split(/^---[ \t]*/m);
  return parts.map(trimStart).filter((part) => part !== '');
}

/**
 * Helm 3 cuts at `(?:^|\s*\n)---\s*`: dashes at the start of the text or of a line, with the white space on both sides.
 * Of two separators in a row the second is kept as text, since its line break is gone by then.
 */
function splitAtSeparators(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  const cut = (start: number, dashes: number): void => {
    parts.push(text.slice(from, start));
    from = dashes + 3;
    while (isRegexSpace(text.charCodeAt(from))) from++;
  };
  if (text.startsWith('---')) cut(0, 0);
  for (let at = text.indexOf('\n---', from); at >= 0; at = text.indexOf('\n---', from)) {
    let start = at;
    while (start > from && isRegexSpace(text.charCodeAt(start - 1))) start--;
    cut(start, at + 1);
  }
  parts.push(text.slice(from));
  return parts;
}

/** Splits files into documents and sorts them. Throws `GoError` for what is no YAML. */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  profile: HelmProfile,
  heads: TextCache<ManifestHead> = createTextCache(),
): SortedManifests {
  const hooks: HelmHook[] = [];
  const manifests: HelmManifest[] = [];
  for (const path of [...files.keys()].toSorted(compareText)) {
    if (isPartial(path)) continue;
    for (const content of splitManifests(files.get(path) ?? '', profile)) {
      sortOne(path, content, headOf(path, content, profile, heads), hooks, manifests);
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
  head: ManifestHead,
  hooks: HelmHook[],
  manifests: HelmManifest[],
): void {
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

/** What decides where a document goes, and the document itself. Who is given it leaves it as it is. */
export interface ManifestHead {
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly object: Readonly<Record<string, unknown>> | undefined;
}

function headOf(
  path: string,
  content: string,
  profile: HelmProfile,
  heads: TextCache<ManifestHead>,
): ManifestHead {
  const known = heads.get(content);
  if (known !== undefined) return known;
  const head = readHead(path, content, profile);
  heads.set(content, head);
  return head;
}

function readHead(path: string, content: string, profile: HelmProfile): ManifestHead {
  // Manifests are applied with the line break that Helm writes behind each.
  const read = (text: string) => readYamlStream(text, { file: path, duplicateKeys: 'last' });
  const stream = read(`${content}\n`);
  if (stream.problem !== undefined) {
    // What is wrong is told of the text without it.
    throw new GoError(
      `YAML parse error on ${path}: ${yamlErrorText(read(content).problem ?? stream.problem)}`,
    );
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
    return (
      text ??
      refuse(
        what,
        `Go struct field ${field.startsWith('metadata.') ? '' : 'SimpleHead'}.${field} of type string`,
      )
    );
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
    if (!isRecord(all)) return refuse(all, 'Go struct field .metadata.annotations of type map[string]string');
    for (const [key, text] of Object.entries(all)) annotations.set(key, textIn(text, 'metadata.annotations'));
  }
  return { kind, name: textIn(metadata['name'], 'metadata.name'), annotations, object: value };
}

function wordOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
