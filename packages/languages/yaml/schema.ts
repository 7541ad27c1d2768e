import * as jsYaml from 'js-yaml';
import { Schema, Type } from 'js-yaml';
import { resolvePlain } from './resolve.ts';

/** The library exports its built-in types; its type declarations do not say so. */
const builtIn = (jsYaml as unknown as { readonly types: { readonly merge: Type } }).types;

const core = 'tag:yaml.org,2002:';

/** Every plain scalar goes through one function; `<<` is left to the merge type behind it. */
const plain = new Type(`${core}plain`, {
  kind: 'scalar',
  resolve: (data: unknown) => data !== '<<',
  construct: (data: unknown) => (typeof data === 'string' ? resolvePlain(data) : null),
});

const text = (data: unknown): string => (typeof data === 'string' ? data : '');

function tagged(tag: string, accept: (value: unknown) => boolean): Type {
  return new Type(core + tag, {
    kind: 'scalar',
    resolve: (data: unknown) => accept(resolvePlain(text(data))),
    construct: (data: unknown) => resolvePlain(text(data)),
  });
}

/** Unknown tags are ignored, as Go's library does when it decodes without a type. */
function ignored(prefix: string): Type[] {
  return (['scalar', 'mapping', 'sequence'] as const).map(
    (kind) =>
      new Type(prefix, {
        kind,
        multi: true,
        construct: (data: unknown) => data ?? (kind === 'scalar' ? '' : kind === 'mapping' ? {} : []),
      }),
  );
}

/** YAML as sigs.k8s.io/yaml understands it. */
export const kubernetesSchema = new Schema({
  implicit: [plain, builtIn.merge],
  explicit: [
    new Type(`${core}str`, { kind: 'scalar', construct: text }),
    new Type(`${core}timestamp`, { kind: 'scalar', construct: text }),
    tagged('int', Number.isInteger),
    tagged('float', (value) => typeof value === 'number'),
    tagged('bool', (value) => typeof value === 'boolean'),
    tagged('null', (value) => value === null),
    new Type(`${core}binary`, {
      kind: 'scalar',
      resolve: (data: unknown) => /^[A-Za-z0-9+/=\s]*$/.test(text(data)),
      construct: (data: unknown) =>
        new TextDecoder().decode(
          Uint8Array.from(atob(text(data).replace(/\s/g, '')), (c) => c.charCodeAt(0)),
        ),
    }),
    new Type(`${core}seq`, { kind: 'sequence', construct: (data: unknown) => data ?? [] }),
    new Type(`${core}map`, { kind: 'mapping', construct: (data: unknown) => data ?? {} }),
    ...ignored('!'),
    ...ignored(core),
  ],
});
