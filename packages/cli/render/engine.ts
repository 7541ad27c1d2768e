import { systemClock, systemRandom } from '@plumbline/base/node';
import { createHelmEngine } from '@plumbline/render';
import type { HelmEngine } from '@plumbline/render';

/** The renderer of charts with this machine's clock and chance. */
export function createLocalHelm(): HelmEngine {
  return createHelmEngine({ clock: systemClock, random: systemRandom });
}
