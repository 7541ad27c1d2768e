import type { HelmEngine } from '@plumbline/render';

/** The renderer of charts of this machine, which is loaded with the first chart: many folders have none. */
export function createLocalHelm(): HelmEngine {
  let made: Promise<HelmEngine> | undefined;
  const make = async (): Promise<HelmEngine> => (await import('./local-helm.ts')).makeLocalHelm();
  return { render: async (request) => (await (made ??= make())).render(request) };
}
