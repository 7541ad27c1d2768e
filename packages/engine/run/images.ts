import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';

const podSpecs: readonly (readonly string[])[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec'],
];

/** The images of the containers that an object runs or will run, each once. */
export function imagesOf(object: KubeObject): readonly string[] {
  const images = new Set<string>();
  for (const path of podSpecs) {
    let at: unknown = object;
    for (const step of path) at = isRecord(at) ? at[step] : undefined;
    if (!isRecord(at)) continue;
    for (const list of [at['containers'], at['initContainers']]) {
      for (const container of Array.isArray(list) ? list : []) {
        const image: unknown = isRecord(container) ? container['image'] : undefined;
        if (typeof image === 'string') images.add(image);
      }
    }
  }
  return [...images];
}
