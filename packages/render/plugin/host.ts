import type { PluginConfig } from './config.ts';
import type { ProcessRunner } from './process.ts';

/** The plugins of an installation, and what runs them. */
export interface PluginHost {
  readonly plugins: readonly PluginConfig[];
  /** Without it only plugins with a built-in equivalent work. */
  readonly runner?: ProcessRunner;
}
