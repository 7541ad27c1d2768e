/**
 * The rooms and what each may import: rooms of lower layers, and the npm packages and Node modules named here.
 * `ARCHITECTURE.md` shows the same table; the test beside this file holds both against the sources.
 */
export interface Room {
  readonly layer: number;
  readonly packages: readonly string[];
  /** Node modules; `'*'`: any but those of `powers`. */
  readonly node: readonly string[] | '*';
}

export const rooms: Readonly<Record<string, Room>> = {
  base: { layer: 0, packages: [], node: [] },
  languages: {
    layer: 1,
    packages: ['js-yaml', 'yaml', 're2js', 'smol-toml'],
    node: [],
  },
  crypto: { layer: 1, packages: ['bcryptjs', 'openpgp'], node: ['node:crypto', 'node:net'] },
  api: { layer: 1, packages: [], node: [] },
  kube: { layer: 2, packages: ['undici'], node: '*' },
  localkube: { layer: 3, packages: ['re2js', 'ws'], node: '*' },
  sources: { layer: 3, packages: ['undici'], node: '*' },
  render: { layer: 4, packages: [], node: [] },
  engine: { layer: 4, packages: [], node: [] },
  controllers: { layer: 5, packages: [], node: ['node:crypto'] },
  server: { layer: 5, packages: ['hono', '@hono/node-server', 'jose', 'bcryptjs', 'prom-client'], node: '*' },
  cli: { layer: 6, packages: ['commander', 'diff', 'prom-client'], node: '*' },
};

/** Dangerous powers and the few files that hold them. */
export const powers: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': [
    'packages/sources/git/exec.ts',
    'packages/localkube/pods/local/process.ts',
    'packages/cli/compose/plugin-process.ts',
    'packages/cli/render/real-tools.ts',
  ],
  'node:worker_threads': [
    'packages/cli/compose/embedded-apart.ts',
    'packages/cli/compose/embedded-thread.ts',
    'packages/cli/compose/render-workers.ts',
    'packages/cli/render-worker.ts',
  ],
};
