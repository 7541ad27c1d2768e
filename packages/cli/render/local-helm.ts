import { systemClock, systemRandom } from '@plumbline/base/node';
import { createHelmEngine } from '@plumbline/render';
import type { HelmEngine } from '@plumbline/render';
import { productFile } from '../compose/addresses.ts';

/** The renderer of charts with this machine's clock and chance. */
export function makeLocalHelm(): HelmEngine {
  return createHelmEngine({
    clock: systemClock,
    random: systemRandom,
    // The stack of the program's own thread cannot grow. Rarely needed, so it is loaded when it is.
    deeper: async (request) => {
      const { renderChartApart } = await import('../compose/render-workers.ts');
      return renderChartApart(productFile('dist', 'render-worker.mjs'), request);
    },
  });
}
