import * as jsYaml from 'js-yaml';
import { Schema, Type } from 'js-yaml';
import { resolveScalar } from './resolve.ts';

/** The library exports its built-in types; its type declarations do not say so. */
const builtIn = (jsYaml as unknown as { readonly types: { readonly merge: Type } }).types;

const core = 'tag:yaml.org,2002:';
const text = (data: unknown): string => (typeof data === 'string' ? data : '');

function schemaOf(resolve: (scalar: string) => unknown, asText: (scalar: string) => unknown = text): Schema {
  const scalar = (tag: string, construct: (data: unknown) => unknown): Type =>
    new Type(core + tag, { kind: 'scalar', construct });
  // Tags of one's own say nothing here: mappings and lists are what they are, scalars are text.
  const ignored = (prefix: string): Type[] =>
    (['scalar', 'mapping', 'sequence'] as const).map(
      (kind) =>
        new Type(prefix, {
          kind,
          multi: true,
          construct: (data: unknown) => data ?? (kind === 'scalar' ? '' : kind === 'mapping' ? {} : []),
        }),
    );
  return new Schema({
    // Every plain scalar goes through one function; `<<` is left to the merge type behind it.
    implicit: [
      new Type(`${core}plain`, {
        kind: 'scalar',
        resolve: (data: unknown) => data !== '<<',
        construct: (data: unknown) => resolve(text(data)),
      }),
      builtIn.merge,
    ],
    explicit: [
      scalar('str', (data) => asText(text(data))),
      ...['int', 'float', 'bool', 'null', 'timestamp'].map((tag) =>
        scalar(tag, (data) => resolve(text(data))),
      ),
      scalar('binary', (data) => decodeBinary(text(data))),
      new Type(`${core}seq`, { kind: 'sequence', construct: (data: unknown) => data ?? [] }),
      new Type(`${core}map`, { kind: 'mapping', construct: (data: unknown) => data ?? {} }),
      ...ignored('!'),
      ...ignored(core),
    ],
  });
}

function decodeBinary(data: string): string {
  const bytes = Uint8Array.from(atob(data.replace(/\s/g, '')), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** Stands for a null that somebody wrote out, while a document is read. */
export const writtenNull: object = Object.freeze({});

/** As kyaml reads. Nulls that are written out are told from fields that just hold nothing. */
export const kyamlSchema = schemaOf((scalar) => resolveScalar(scalar) ?? writtenNull);

/** A scalar that has no quotes, as it stands in the file. */
export class PlainScalar {
  readonly text: string;
  /** Keys are taken for what they print as. */
  readonly [Symbol.toStringTag] = 'PlainScalar';

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Scalars in quotes and blocks as their text, all others told from them. */
export const styleSchema = schemaOf(
  (scalar) => new PlainScalar(scalar),
  (scalar) => new PlainScalar(scalar),
);

/** Every scalar as the text that stands in the file. */
export const textSchema = schemaOf((scalar) => scalar);
