import { fileURLToPath } from 'node:url';
import { loadCompiled } from './compiled.ts';
import type * as Thread from './compose/embedded-thread.ts';

declare const PLUMBLINE_BUNDLE: string | undefined;

// The program of the thread that the embedded Kubernetes of `plumb up` has to itself; loaded as `main.ts` loads a command.
const { serveEmbedded } =
  typeof PLUMBLINE_BUNDLE === 'string'
    ? (loadCompiled(
        fileURLToPath(new URL(PLUMBLINE_BUNDLE, import.meta.url)),
        process.env['PLUMBLINE_KEEP_CODE'] !== undefined,
      ) as typeof Thread)
    : await import('./compose/embedded-thread.ts');

await serveEmbedded();
