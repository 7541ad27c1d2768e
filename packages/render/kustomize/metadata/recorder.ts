import type { FieldOrigins, OriginStep } from '@plumbline/api';
import type { TextPosition } from '@plumbline/languages';
import type { Resource } from '../resource.ts';
import type { ChangeRecorder } from '../transformers/plugin.ts';
import { advance, flatten, newTrail, stepsAt } from './trail.ts';
import type { Trail } from './trail.ts';

/** Keeps the trail of every field of every resource of one build. */
export interface OriginRecorder extends ChangeRecorder {
  /** Tells where a resource comes from that was not read from a file. */
  made(resource: Resource, steps: (pointer: string) => readonly OriginStep[]): void;
  /** A resource takes the place of another one and holds what was in it: what is its own counts as an act. */
  replaced(old: Resource, resource: Resource): void;
  fieldsOf(resource: Resource): FieldOrigins;
}

export function createRecorder(): OriginRecorder {
  const trails = new WeakMap<Resource, Trail>();
  const trailOf = (resource: Resource): Trail => {
    const known = trails.get(resource);
    if (known !== undefined) return known;
    const trail = newTrail(resource.object, '', writtenSteps(resource));
    trails.set(resource, trail);
    return trail;
  };
  return {
    act(resources, step, work) {
      const before = resources.map((resource): [Resource, Trail] => [resource, trailOf(resource)]);
      work();
      for (const [resource, trail] of before)
        trails.set(
          resource,
          advance(trail, resource.object, '', (pointer) => step(pointer, resource.object)),
        );
    },
    made(resource, steps) {
      trails.set(resource, newTrail(resource.object, '', steps));
    },
    replaced(old, resource) {
      const own = trailOf(resource);
      const lastOf = (pointer: string): OriginStep => stepsAt(own, pointer).at(-1) ?? unknownStep;
      trails.set(resource, advance(trailOf(old), resource.object, '', lastOf));
    },
    fieldsOf: (resource) => flatten(trailOf(resource)),
  };
}

const unknownStep: OriginStep = { act: 'file', file: '' };

/** Where each field of a resource was written. */
function writtenSteps({ written, positions }: Resource): (pointer: string) => readonly OriginStep[] {
  if (written === undefined) return () => [unknownStep];
  const { file, line } = written;
  const places: ReadonlyMap<string, TextPosition> = positions?.() ?? new Map();
  const whole: readonly OriginStep[] = [{ act: 'file', file, line }];
  return (pointer) => {
    const place = places.get(pointer);
    return place === undefined ? whole : [{ act: 'file', file, line: place.line, column: place.column }];
  };
}
