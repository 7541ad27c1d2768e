import { makeObject, readyField } from '../run/objects.ts';
import type { Field, JsonnetObject } from '../run/values.ts';
import { arrays } from './arrays.ts';
import { basics } from './basics.ts';
import type { Library } from './define.ts';
import { encoding } from './encoding.ts';
import { format } from './format.ts';
import { manifestJson } from './manifest-json.ts';
import { manifestToml } from './manifest-toml.ts';
import { manifestYaml } from './manifest-yaml.ts';
import { math } from './math.ts';
import { objects } from './objects.ts';
import { parsing } from './parse.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';

const parts: readonly Library[] = [
  basics,
  strings,
  format,
  arrays,
  sets,
  math,
  objects,
  encoding,
  parsing,
  manifestJson,
  manifestYaml,
  manifestToml,
];

/** The standard library, but `thisFile`. All of its fields are hidden. */
export function makeLibrary(): JsonnetObject {
  const fields = new Map<string, Field>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) fields.set(name, readyField(value, 'hidden'));
  }
  return makeObject(fields);
}
