import type { OriginAct, OriginStep } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import type { TextPosition } from '@plumbline/languages';
import type { ChartKit } from '../generators/helm.ts';
import type { SourcedPair } from '../generators/sources.ts';
import { below, itemKeys } from '../metadata/trail.ts';
import type { JsonObject, Resource } from '../resource.ts';
import type { PatchSteps } from '../transformers/patches.ts';
import type { StepOf } from '../transformers/plugin.ts';
import type { Target } from './state.ts';

/** The step for what a field of a kustomization does. `pointer` finds its line, `detail` is what people call it. */
export function fieldStep(target: Target, act: OriginAct, pointer: string, detail: string): StepOf {
  let step: OriginStep | undefined;
  return () => {
    const place = target.read.position(pointer);
    step ??= {
      act,
      file: target.read.file,
      detail,
      ...(place === undefined ? {} : { line: place.line, column: place.column }),
    };
    return step;
  };
}

/** The steps of what a generator for ConfigMaps or Secrets makes: its entry, and for the data the files that they are from. */
export function generatedSteps(
  target: Target,
  field: string,
  index: number,
  pairs: readonly SourcedPair[],
): (pointer: string) => readonly OriginStep[] {
  const detail = `${field}[${index}]`;
  const entry = fieldStep(target, 'generator', `/${field}/${index}`, detail);
  const byPointer = new Map<string, OriginStep>();
  for (const { key, from } of pairs) {
    if (from === undefined) continue;
    const step: OriginStep = { act: 'generator', detail, ...from };
    for (const data of ['/data', '/binaryData']) byPointer.set(below(data, key), step);
  }
  return (pointer) => [byPointer.get(pointer) ?? entry(pointer, {})];
}

/** What charts of a kustomization are inflated with. `pointer` leads to the entry; undefined: it is a file of its own. */
export function chartKit(target: Target, pointer: string | undefined, detail: string): ChartKit {
  const { loader, state } = target;
  const { tree, helm: port, helmOptions: options, warnings, recorder } = state;
  return {
    loader,
    tree,
    port,
    options,
    warnings,
    ...(recorder === undefined
      ? {}
      : {
          entryStep: (below, key) =>
            fieldStep(
              target,
              'generator',
              `${pointer ?? ''}${pointer === undefined ? '' : below}`,
              key || detail,
            )('', {}),
          made: (resource, steps) => recorder.made(resource, steps),
        }),
  };
}

/** Fields that a patch changes are told by the line of the patch on which they stand. */
export function patchSteps(target: Target, pointer: string, detail: string): PatchSteps {
  const entry = fieldStep(target, 'patch', pointer, detail);
  return {
    stepOf(patch: Resource | undefined): StepOf {
      const written = patch?.written;
      if (patch === undefined || written === undefined) return entry;
      const isInline = written.file === '';
      let places: ReadonlyMap<string, TextPosition> | undefined;
      return (at, object) => {
        places ??= patch.positions?.() ?? new Map<string, TextPosition>();
        const place = nearest(places, samePlace(patch.object, object, at));
        if (!isInline) return { act: 'patch', file: written.file, line: place?.line ?? written.line, detail };
        // The lines of a patch in a kustomization count from the line of its field.
        const start = target.read.position(`${pointer}/patch`) ?? target.read.position(pointer);
        const line = place === undefined || start === undefined ? start?.line : start.line + place.line;
        return { act: 'patch', file: target.read.file, detail, ...(line === undefined ? {} : { line }) };
      };
    },
    operationStep(operations: readonly JsonObject[]): StepOf {
      return (at, object) => {
        const step = entry(at, object);
        const index = operations.findLastIndex((operation) => isAbout(operation, at));
        return index < 0 ? step : { ...step, detail: `${detail} operation ${index}` };
      };
    },
  };
}

function isAbout(operation: JsonObject, pointer: string): boolean {
  const path = typeof operation['path'] === 'string' ? operation['path'].replace(/\/-$/, '') : '';
  return pointer === path || pointer.startsWith(`${path}/`);
}

/** The pointer into a patch that leads to what a pointer into the patched object leads to, as far as the patch goes. */
function samePlace(patch: unknown, object: unknown, pointer: string): string {
  let here = '';
  let inPatch: unknown = patch;
  let inObject: unknown = object;
  for (const part of pointer === '' ? [] : pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(inObject) && Array.isArray(inPatch)) {
      const item: unknown = inObject[Number(key)];
      const index = inPatch.findIndex((one: unknown) => isSameItem(one, item));
      if (index < 0) return here;
      here += `/${index}`;
      inPatch = inPatch[index];
      inObject = item;
    } else if (isRecord(inObject) && isRecord(inPatch) && key in inPatch) {
      here += `/${part}`;
      inPatch = inPatch[key];
      inObject = inObject[key];
    } else {
      return here;
    }
  }
  return here;
}

function isSameItem(a: unknown, b: unknown): boolean {
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const key = itemKeys.find((one) => one in a && one in b);
  return key !== undefined && a[key] === b[key];
}

/** The place of a pointer, or of the nearest one above it. */
function nearest(places: ReadonlyMap<string, TextPosition>, pointer: string): TextPosition | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = places.get(at);
    if (place !== undefined || at === '') return place;
  }
}
