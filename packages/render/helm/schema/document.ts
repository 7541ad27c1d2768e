import { isRecord } from '@plumbline/base';
import { GoError } from '@plumbline/languages';
import { subschemas } from './outside.ts';
import type { OutsideSchemas } from './outside.ts';

/** A schema: an object of keywords, or true and false. */
export type SchemaNode = Readonly<Record<string, unknown>> | boolean;

/** A schema with its identity, as references find it. */
export interface LocatedSchema {
  readonly node: SchemaNode;
  /** The address that relative references start from. */
  readonly base: string;
  readonly draft: Draft;
}

/** The drafts that differ. */
type Draft = 4 | 6 | 7 | 2019 | 2020;

/** A schema document with everything in it that can be referred to. */
export interface SchemaDocument {
  readonly root: LocatedSchema;
  resolve(from: LocatedSchema, reference: string): LocatedSchema;
}

const rootUrl = 'file:///values.schema.json';

const drafts: readonly (readonly [RegExp, Draft])[] = [
  [/^https?:\/\/json-schema\.org\/draft-04\/schema#?$/, 4],
  [/^https?:\/\/json-schema\.org\/draft-06\/schema#?$/, 6],
  [/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, 7],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, 2019],
  [/^https?:\/\/json-schema\.org\/(?:draft\/2020-12\/)?schema#?$/, 2020],
];

/** Reads a schema document with those outside of it that it refers to, used or not. Throws `GoError`. */
export function schemaDocument(value: unknown, outside: OutsideSchemas = new Map()): SchemaDocument {
  const { root, byAddress, wanted } = link(value, outside);
  for (const url of wanted) {
    const brought = outside.get(url);
    const failure = brought !== undefined && 'failure' in brought ? brought.failure : whyNot(url);
    throw new GoError(`failing loading ${JSON.stringify(url)}: ${failure}`);
  }
  return {
    root,
    resolve(from, reference) {
      const address = join(from.base, reference);
      const [document, fragment] = splitFragment(address);
      const direct = byAddress.get(fragment === '' ? document : address);
      if (direct !== undefined) return direct;
      const start = byAddress.get(document);
      if (start === undefined) {
        throw new GoError(`failing loading ${JSON.stringify(document)}: ${whyNot(document)}`);
      }
      if (fragment.startsWith('/')) return atPointer(start, fragment, reference);
      throw new GoError(`${quoteUrl(document, fragment)} not found`);
    },
  };
}

/** The addresses on the web that a schema, or one that was brought for it, refers to and that were not brought. */
export function missingSchemas(value: unknown, outside: OutsideSchemas): readonly string[] {
  return [...link(value, outside).wanted].filter((url) => isWeb(url) && !outside.has(url));
}

const isWeb = (url: string): boolean => /^https?:/.test(url);

function whyNot(url: string): string {
  if (isWeb(url)) return 'schemas on the web cannot be had here';
  return url.startsWith('file:')
    ? 'a chart refers to no files outside of its schema'
    : `no URLLoader registered for ${JSON.stringify(url)}`;
}

interface Linked {
  readonly root: LocatedSchema;
  readonly byAddress: Map<string, LocatedSchema>;
  /** What is referred to and is not there. */
  readonly wanted: Set<string>;
}

/** Notes what can be referred to in a document, and in those that it refers to. */
function link(value: unknown, outside: OutsideSchemas): Linked {
  const node = asSchema(value);
  const wanted = new Set<string>();
  const byAddress = new Map<string, LocatedSchema>();
  const add = (schema: unknown, address: string): LocatedSchema => {
    const read = asSchema(schema);
    const draft = draftOf(read, outside, wanted);
    const base = typeof read === 'object' ? idOf(read, draft, address) : address;
    const located: LocatedSchema = { node: read, base, draft };
    byAddress.set(address, located);
    byAddress.set(base, located);
    collect(schema, base, draft, byAddress, 0);
    return located;
  };
  const root = add(node, rootUrl);
  const open: LocatedSchema[] = [root];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const address of referencesIn(from.node, from.base, from.draft, 0)) {
      const [document] = splitFragment(address);
      if (byAddress.has(document) || byAddress.has(address) || isMetaSchema(document)) continue;
      const brought = outside.get(document);
      // Helm knows nobody who could resolve a name, and takes everything then.
      if (document.startsWith('urn:')) add(true, document);
      else if (brought !== undefined && 'value' in brought) open.push(add(brought.value, document));
      else wanted.add(document);
    }
  }
  return { root, byAddress, wanted };
}

function isMetaSchema(document: string): boolean {
  return drafts.some(([pattern]) => pattern.test(document));
}

function* referencesIn(value: unknown, base: string, draft: Draft, depth: number): Iterable<string> {
  if (!isRecord(value) || depth > depthMax) return;
  const own = idOf(value, draft, base);
  const reference = value['$ref'];
  if (typeof reference === 'string') yield join(own, reference);
  for (const below of subschemas(value)) yield* referencesIn(below, own, draft, depth + 1);
}

function quoteUrl(document: string, fragment: string): string {
  return JSON.stringify(`${document}#${fragment}`);
}

/** Any JSON value that stands where a schema is wanted. */
export function asSchema(value: unknown): SchemaNode {
  if (typeof value === 'boolean') return value;
  return isRecord(value) ? value : true;
}

/** The draft that a schema names, or that the schema which it names as its own is written in. */
function draftOf(node: SchemaNode, outside: OutsideSchemas, wanted: Set<string>, hops = 0): Draft {
  const named = typeof node === 'object' ? node['$schema'] : undefined;
  if (typeof named !== 'string' || hops > 5) return 2020;
  const found = drafts.find(([pattern]) => pattern.test(named));
  if (found !== undefined) return found[1];
  const [document] = splitFragment(named);
  const brought = outside.get(document);
  if (brought !== undefined && 'value' in brought)
    return draftOf(asSchema(brought.value), outside, wanted, hops + 1);
  wanted.add(document);
  return 2020;
}

function idOf(node: Readonly<Record<string, unknown>>, draft: Draft, base: string): string {
  const id = node[draft === 4 ? 'id' : '$id'];
  // What stands beside a reference counts for nothing in the old drafts.
  if (typeof id !== 'string' || (draft < 2019 && '$ref' in node)) return base;
  return splitFragment(join(base, id))[0];
}

const depthMax = 200;

/** Notes the schemas that have addresses of their own: by id and by anchor. */
function collect(
  value: unknown,
  base: string,
  draft: Draft,
  into: Map<string, LocatedSchema>,
  depth: number,
): void {
  if (value === null || typeof value !== 'object' || depth > depthMax) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, base, draft, into, depth + 1);
    return;
  }
  const node = value as Readonly<Record<string, unknown>>;
  const own = idOf(node, draft, base);
  if (own !== base && !into.has(own)) into.set(own, { node, base: own, draft });
  const id = node[draft === 4 ? 'id' : '$id'];
  const oldAnchor = typeof id === 'string' && draft < 2019 && id.startsWith('#') ? id.slice(1) : undefined;
  for (const anchor of [node['$anchor'], node['$dynamicAnchor'], oldAnchor]) {
    if (typeof anchor === 'string') into.set(`${own}#${anchor}`, { node, base: own, draft });
  }
  for (const [key, child] of Object.entries(node)) {
    if (key !== 'enum' && key !== 'const' && key !== 'default' && key !== 'examples')
      collect(child, own, draft, into, depth + 1);
  }
}

function atPointer(start: LocatedSchema, pointer: string, reference: string): LocatedSchema {
  let at: unknown = start.node;
  let base = start.base;
  for (const part of pointer.slice(1).split('/')) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    at = Array.isArray(at) ? at[Number(key)] : isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    if (at === undefined) {
      throw new GoError(`jsonpointer ${JSON.stringify(`${start.base}#${pointer}`)} not found`);
    }
    if (isRecord(at)) base = idOf(at, start.draft, base);
  }
  if (typeof at !== 'boolean' && !isRecord(at))
    throw new GoError(`${JSON.stringify(reference)} is no schema`);
  return { node: at, base, draft: start.draft };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function splitFragment(address: string): [string, string] {
  const at = address.indexOf('#');
  return at < 0 ? [address, ''] : [address.slice(0, at), decode(address.slice(at + 1))];
}

function join(base: string, reference: string): string {
  if (reference.startsWith('#'))
    return `${splitFragment(base)[0]}${reference === '#' ? '' : decode(reference)}`;
  try {
    return new URL(reference, base).href;
  } catch {
    return reference;
  }
}
