import { setName } from '../accumulate/metadata-merge.ts';
import { contentHash } from '../generators/hash.ts';
import { nameOf, storePreviousId } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { acting } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** A hash comes from what was generated. */
function hashStep({ written }: Resource, step: StepOf): StepOf {
  if (written === undefined) return step;
  const { file, line } = written;
  return () => ({ act: 'generator', file, line, detail: 'hash of its content' });
}

/** Puts the hash of its content behind the name of what was generated. Every build ends with it. */
export function hashTransformer(step: StepOf): Transformer {
  return {
    kind: 'HashTransformer',
    step,
    act: 'generator',
    async transform(map, context) {
      const hashed = map.resources.filter(({ needsHash }) => needsHash);
      if (hashed.length === 0) return;
      const hashes = await Promise.all(hashed.map(({ object }) => contentHash(object)));
      hashed.forEach((resource, i) => {
        storePreviousId(resource);
        acting(context, resource, hashStep(resource, step), () => {
          setName(resource.object, `${nameOf(resource.object)}-${hashes[i] ?? ''}`);
        });
      });
      map.changed();
    },
  };
}
