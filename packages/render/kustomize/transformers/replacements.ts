import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { applyReplacement, refuseMismatches } from '../fields/index.ts';
import { decodeList, decodeStruct, lenient } from '../kustomization/decode.ts';
import { replacementShape } from '../kustomization/shapes.ts';
import type { ReplacementArgs } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { KustomizeError, goYamlText } from '../problem.ts';
import { replacementOf } from '../selectors.ts';
import type { Replacement } from '../types.ts';
import { settleLinks } from './links.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** A replacement, and what asked for it. */
interface Sourced {
  readonly replacement: Replacement;
  readonly step: StepOf;
}

/** Copies values between fields: all entries of `replacements` in their order. `stepOf` tells of an entry by its index. */
export async function replacementTransformer(
  loader: Loader,
  entries: readonly ReplacementArgs[],
  stepOf: (index: number, file: string | undefined, from: string) => StepOf,
): Promise<Transformer> {
  const all: Sourced[] = [];
  for (const [i, entry] of entries.entries()) {
    const { path = '' } = entry;
    if (path === '') {
      all.push({ replacement: replacementOf(entry), step: stepOf(i, undefined, sourceWords(entry)) });
      continue;
    }
    if (entry.source !== undefined || (entry.targets ?? []).length > 0)
      throw new KustomizeError('cannot specify both path and inline replacement');
    const loaded = await loader.load(path);
    for (const args of fileReplacements(textOf(loaded), loaded.file))
      all.push({ replacement: replacementOf(args), step: stepOf(i, loaded.file, sourceWords(args)) });
  }
  return {
    kind: 'ReplacementTransformer',
    step: stepOf(0, undefined, ''),
    act: 'replacement',
    transform(map, context) {
      const { resources } = map;
      if (context.recorder === undefined) {
        for (const { replacement } of all) {
          applyReplacement(resources, replacement);
          resources.forEach(settleLinks);
        }
      } else {
        for (const { replacement, step } of all)
          context.recorder.act(resources, step, () => {
            applyReplacement(resources, replacement);
            resources.forEach(settleLinks);
          });
      }
      refuseMismatches(resources);
      map.changed();
    },
  };
}

/** Where a value comes from, behind the name of what copies it. */
function sourceWords({ source, sourceValue }: ReplacementArgs): string {
  if (source === undefined) return sourceValue === undefined ? '' : ` (${JSON.stringify(sourceValue)})`;
  const { kind = '', name = '', fieldPath = '' } = source;
  return ` (${fieldPath || 'metadata.name'} of ${[kind, name].filter((part) => part !== '').join('/')})`;
}

/** A file holds one replacement or a list of them. */
function fileReplacements(text: string, file: string): ReplacementArgs[] {
  const read = readYaml(text, { file, duplicateKeys: 'last' });
  if (!read.ok)
    throw new KustomizeError(`error converting YAML to JSON: ${goYamlText(read.error)}`, {
      where: read.error.where,
    });
  const value = read.value[0]?.value;
  if (Array.isArray(value)) return decodeList(value, replacementShape, lenient) as ReplacementArgs[];
  if (isRecord(value)) return [decodeStruct(value, replacementShape, lenient) as ReplacementArgs];
  const kind =
    value === undefined || value === null ? 'invalid' : typeof value === 'string' ? 'string' : 'float64';
  throw new KustomizeError(`unsupported replacement type encountered within replacement path: ${kind}`, {
    where: { file },
  });
}
