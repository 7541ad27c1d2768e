import type { OriginAct, OriginStep } from '@plumbline/api';
import type { Resource } from '../resource.ts';
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

/** Patches in files of their own are told by their file and line, inline ones by their entry. */
export function patchSteps(target: Target, pointer: string, detail: string): PatchSteps {
  const entry = fieldStep(target, 'patch', pointer, detail);
  return {
    stepOf(patch: Resource | undefined): StepOf {
      const written = patch?.written;
      if (written === undefined || written.file === '') return entry;
      const step: OriginStep = { act: 'patch', file: written.file, line: written.line, detail };
      return () => step;
    },
  };
}
