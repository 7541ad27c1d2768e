// Builds dist/plumb.cjs (the whole product but its web pages, one file) and dist/web.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';
import { keepCode } from './keep-code.mjs';
import { step } from './progress.mjs';

const skipped = new Set(['node_modules', 'dist', 'dev']);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* files(path);
    } else if (!/\.(md|test\.tsx?)$/.test(entry.name)) yield path;
  }
}

function stamp(folders) {
  const hash = createHash('sha256');
  for (const folder of folders)
    for (const file of Array.from(files(join(root, folder))).sort((a, b) => (a < b ? -1 : 1))) {
      hash.update(file.slice(root.length));
      hash.update(readFileSync(file));
    }
  hash.update(readFileSync(join(root, 'package-lock.json')));
  for (const file of ['build.mjs', 'keep-code.mjs'])
    hash.update(readFileSync(join(import.meta.dirname, file)));
  return hash.digest('hex');
}

function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** The command is a small module that loads the rest with its code; the worker is a module that loads no more than it needs. */
async function bundlePrograms() {
  const esm = { format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' };
  const cjs = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' };
  const cli = join(root, 'packages/cli');
  // The names without a hash: code must not outlive its text.
  for (const name of ['program', 'kubernetes']) rmSync(join(root, `dist/${name}.cjs.code`), { force: true });
  const written = [
    ...(await bundleProgram(
      { program: join(cli, 'program.ts'), kubernetes: join(cli, 'compose/embedded-thread.ts') },
      cjs,
    )),
    ...(await bundleProgram(
      { plumb: join(cli, 'main.ts') },
      { ...cjs, minify: 'dce-only' },
      './program.cjs',
    )),
    ...(await bundleProgram(
      { 'kubernetes-thread': join(cli, 'kubernetes-thread.ts') },
      { ...esm, minify: 'dce-only' },
      './kubernetes.cjs',
    )),
    ...(await bundleProgram({ 'render-worker': join(cli, 'render-worker.ts') }, esm)),
  ];
  // Chunks are named by what is in them, so those of earlier builds would stay.
  const chunks = join(root, 'dist/chunks');
  for (const name of existsSync(chunks) ? readdirSync(chunks) : [])
    if (!written.includes(`chunks/${name}`)) rmSync(join(chunks, name));
  await keepCode(join(root, 'dist/plumb.cjs'));
}

/**
 * A text with a single character beyond Latin-1 takes twice the memory, and longer to read. In JavaScript such characters stand in
 * texts, patterns and comments, where their escapes mean the same.
 */
const onlyAscii = {
  name: 'only-ascii',
  renderChunk: (code) =>
    code.replaceAll(
      // eslint-disable-next-line no-control-regex
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
};

/**
 * Of undici only its client is used; the package's own door loads all of it (fetch, web sockets, mocks), which takes a command
 * longer than everything else. What somebody imports beyond this is an error of the build.
 */
const onlyClient = {
  name: 'only-client',
  resolveId: (id) => (id === 'undici' ? '\0undici' : null),
  load: (id) =>
    id === '\0undici'
      ? `import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import api from 'undici/lib/api/index.js';
Object.assign(Dispatcher.prototype, api);
export { Agent };`
      : null,
};

/** `program`: where the command finds what it loads. */
async function bundleProgram(input, { minify = false, ...format }, program) {
  const { rolldown } = await import('rolldown');
  const define = { PLUMBLINE_VERSION: JSON.stringify(version()) };
  const bundle = await rolldown({
    input,
    platform: 'node',
    // Our modules only define things, so a chunk needs no more of a package than what it names.
    treeshake: { moduleSideEffects: [{ test: /\/packages\/[^/]+\/(?!.*node_modules)/, sideEffects: false }] },
    transform: {
      define: { ...define, ...(program !== undefined && { PLUMBLINE_BUNDLE: JSON.stringify(program) }) },
    },
    plugins: format.format === 'cjs' ? [onlyClient, onlyAscii] : [onlyClient],
    onwarn: (warning) => {
      throw new Error(`bundling: ${warning.message}`);
    },
  });
  const { output } = await bundle.write({
    dir: join(root, 'dist'),
    ...format,
    minify,
    // CommonJS dependencies inside an ES module still ask for `require`.
    banner:
      format.format === 'esm'
        ? "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);"
        : "'use strict';",
    sourcemap: false,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
  return output.map(({ fileName }) => fileName);
}

async function bundleWeb() {
  const { build } = await import('vite');
  await build({ root: join(root, 'web'), logLevel: 'error' });
}

async function part(name, folders, made, work) {
  const file = join(root, 'dist', `.${name}.stamp`);
  const want = stamp(folders);
  if (existsSync(join(root, 'dist', made)) && existsSync(file) && readFileSync(file, 'utf8') === want) return;
  mkdirSync(join(root, 'dist'), { recursive: true });
  await step(`Building ${name}`, work);
  writeFileSync(file, want);
}

/** Builds what changed since the last build. */
export async function ensureBuilt() {
  await part('the pages', ['web', 'packages/api'], 'web/index.html', bundleWeb);
  await part('the program', ['packages'], 'plumb.cjs', bundlePrograms);
}
