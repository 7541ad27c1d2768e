import { isRecord } from '@plumbline/base';
import type { ScalarStyles } from '@plumbline/languages';
import { parseJsonText, readYaml, resolveScalar, withoutFinalBreak } from '@plumbline/languages';
import { ensureMetadata, setEntries, textEntries } from '../accumulate/metadata-merge.ts';
import { compileSelector } from '../fields/index.ts';
import { jsonType } from '../kustomization/decode.ts';
import type { PatchArgs } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { applyJson6902 } from '../merge/index.ts';
import { goJson } from '../generators/hash.ts';
import { KustomizeError, goYamlText } from '../problem.ts';
import { metadataOf, scalarText } from '../resource.ts';
import type { JsonObject, Resource } from '../resource.ts';
import { selectorOf } from '../selectors.ts';
import { acting } from './plugin.ts';
import type { StepOf, TransformContext, Transformer } from './plugin.ts';

/** Longest nesting of a patch; deeper ones are attacks. */
const depthMax = 200;

/** The operations of a JSON patch, which may be written as YAML; of several documents only the first counts. */
export function jsonPatchOf(text: string): JsonObject[] {
  if (text === '') throw new KustomizeError('empty json patch operations');
  let value: unknown;
  if (text.startsWith('[')) {
    const json = parseJsonText(text, depthMax);
    if (json === undefined) throw new KustomizeError('invalid character in JSON patch');
    value = json.value;
  } else {
    const read = readYaml(withoutFinalBreak(text), { file: '', duplicateKeys: 'last' });
    if (!read.ok) throw new KustomizeError(goYamlText(read.error));
    value = read.value[0]?.value ?? null;
  }
  if (value === null) return [];
  if (!Array.isArray(value))
    throw new KustomizeError(
      `json: cannot unmarshal ${jsonType(value)} into Go value of type jsonpatch.Patch`,
    );
  return (value as readonly unknown[]).map((operation) => {
    if (operation === null) return {};
    if (isRecord(operation)) return operation;
    throw new KustomizeError(
      `json: cannot unmarshal ${jsonType(operation)} into Go value of type jsonpatch.Operation`,
    );
  });
}

/** Applies the operations of a JSON patch to a resource. */
export function applyOperations(
  resource: Resource,
  operations: readonly JsonObject[],
  context: TransformContext,
  step: StepOf,
): void {
  acting(context, resource, step, () => {
    // Upstream keeps its own notes in annotations, so a patch may add one even where the file has none.
    if (hasNotes(resource) && hasNoAnnotations(resource.object))
      ensureMetadata(resource.object)['annotations'] = {};
    normalizeAnnotations(resource);
    const before = metadataOf(resource.object)?.['annotations'];
    const patched = applyJson6902(resource.object, operations);
    // These two notes are annotations that upstream does not put back where a patch replaces all of them.
    if (before !== undefined && metadataOf(patched)?.['annotations'] !== before) {
      resource.origin = undefined;
      resource.transformations = [];
    }
    setEntries(patched, 'annotations', textEntries(patched, 'annotations'));
    resource.object = patched;
    // Upstream takes the object through JSON here, where every null is written out and quotes stand where they have to.
    resource.isSilentNull = undefined;
    resource.styles = quotedAll;
    resource.untyped = undefined;
    resource.links = [];
  });
}

/** JSON has all its texts in quotes. */
const quotedAll: ScalarStyles = { hasOddNumbers: false, isQuoted: () => true, plainText: () => undefined };

/** What stands in annotations without quotes becomes what JSON has for it: `1.50` is `1.5`, `017` is `15`. */
function normalizeAnnotations({ object, styles, isSilentNull }: Resource): void {
  const annotations = metadataOf(object)?.['annotations'];
  if (!isRecord(annotations)) return;
  for (const key of Object.keys(annotations)) {
    if (annotations[key] === '' && isSilentNull?.(annotations, key) === true)
      (annotations as JsonObject)[key] = 'null';
    if (styles?.hasOddNumbers !== true) continue;
    const text = styles.plainText(annotations, key);
    const value = text === undefined ? undefined : resolveScalar(text);
    if (value !== undefined && value !== null && annotations[key] === text)
      (annotations as JsonObject)[key] = scalarText(value);
  }
}

/** Whether upstream would have annotations of its own on a resource by now. */
function hasNotes(resource: Resource): boolean {
  const { previous, prefixes, suffixes, refBy, origin, generated, helmGenerated } = resource;
  const lists = [previous, prefixes, suffixes, refBy];
  return generated || helmGenerated || origin !== undefined || lists.some((list) => list.length > 0);
}

function hasNoAnnotations(object: JsonObject): boolean {
  const annotations = metadataOf(object)?.['annotations'];
  return annotations === undefined || annotations === null;
}

/** An entry of `patchesJson6902`. */
export async function json6902Transformer(
  loader: Loader,
  args: { readonly target?: PatchArgs['target']; readonly path?: string; readonly jsonOp?: string },
  step: StepOf,
): Promise<Transformer> {
  const { path = '' } = args;
  let { jsonOp = '' } = args;
  if (args.target === undefined || (args.target.name ?? '') === '')
    throw new KustomizeError('must specify the target name');
  const target = selectorOf(args.target);
  if (path === '' && jsonOp === '') throw new KustomizeError('empty file path and empty jsonOp');
  if (path !== '') {
    if (jsonOp !== '') throw new KustomizeError('must specify a file path or jsonOp, not both');
    jsonOp = textOf(await loader.load(path));
    if (jsonOp === '') throw new KustomizeError(`patch file '${path}' empty seems to be empty`);
  }
  const operations = decodeOperations(jsonOp);
  if (operations.length === 0)
    throw new KustomizeError(`patch appears to be empty; file=${path}, JsonOp=${jsonOp}`);
  return {
    kind: 'PatchJson6902Transformer',
    step,
    act: 'patch',
    transform(map, context) {
      const selector = compileSelector(target);
      for (const resource of map.resources.filter((one) => selector.matches(one)))
        applyOperations(resource, operations, context, step);
      map.changed();
    },
  };
}

function decodeOperations(text: string): JsonObject[] {
  try {
    return jsonPatchOf(text);
  } catch (thrown) {
    throw thrown instanceof KustomizeError ? thrown.prefixed(`decoding ${asJson(text)}`) : thrown;
  }
}

/** Upstream takes a patch through JSON before it decodes it. */
function asJson(text: string): string {
  const read = text.startsWith('[') ? undefined : readYaml(text, { file: '', duplicateKeys: 'last' });
  return read?.ok === true ? goJson(read.value[0]?.value ?? null) : text;
}
