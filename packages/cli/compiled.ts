import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

interface Module {
  exports: unknown;
}

type Wrapped = (
  exports: unknown,
  require: (name: string) => unknown,
  module: Module,
  filename: string,
  dirname: string,
) => void;

const codeOf = (path: string): string => `${path}.code`;

/** Parts of Node that take milliseconds to load and that no command needs all of. */
const rare: ReadonlySet<string> = new Set(
  [
    'child_process',
    'cluster',
    'crypto',
    'fs/promises',
    'http',
    'http2',
    'https',
    'net',
    'os',
    'perf_hooks',
    'readline',
    'worker_threads',
    'zlib',
  ].flatMap((name) => [name, `node:${name}`]),
);

/** Stands for a part of Node until something of it is asked for; then it has all of it, and asking costs nothing more. */
function whenAsked(load: () => object): object {
  const stand = {};
  let real: object | undefined;
  const become = (): object => {
    if (real !== undefined) return real;
    real = load();
    Object.setPrototypeOf(stand, Object.prototype);
    Object.defineProperties(stand, Object.getOwnPropertyDescriptors(real));
    return real;
  };
  return Object.setPrototypeOf(
    stand,
    new Proxy(Object.prototype, {
      get: (_, key, asked) => Reflect.get(become(), key, asked) as unknown,
      has: (_, key) => Reflect.has(become(), key),
    }),
  ) as object;
}

const head = '(function (exports, require, module, __filename, __dirname) { ';
const tail = '\n})';

/**
 * Loads a program that the build has bundled as CommonJS, with the code that V8 made of it then: nothing is parsed or compiled
 * but what the build has not run. That halves what a command takes to start. Code of another version of Node is refused by V8
 * and made anew. The build writes ASCII alone, which takes half the memory of anything else. Names of chunks carry a hash of their text, so code and text always belong together.
 * `pack`: what the build has put together for one command: the chunks that it takes in one text, with the code of this command
 * alone. Code is taken in whole, and commands share much text of which each runs little.
 * `keep`: for the build, which runs a few commands and keeps their code; first it makes a pack, then the code of that.
 */
export function loadCompiled(path: string, keep: boolean, pack?: string): unknown {
  const node = createRequire(path);
  const top = dirname(path);
  const modules = new Map<string, Module>();
  const parts = new Map<string, object>();
  const scripts = new Map<string, Script>();
  const part = (name: string): object => {
    const known = parts.get(name) ?? whenAsked(() => node(name) as object);
    parts.set(name, known);
    return known;
  };
  const compile = (file: string, text: string): unknown => {
    const code = codeOf(file);
    // V8 forgets code that has not run for a while, but not here. Kept code has to be of equal flags when it is read and written.
    if (keep) setFlagsFromString('--flush-bytecode');
    const script = new Script(text, {
      filename: file,
      ...(existsSync(code) && { cachedData: readFileSync(code) }),
    });
    if (keep) setFlagsFromString('--no-flush-bytecode');
    scripts.set(file, script);
    return script.runInThisContext();
  };
  const packed =
    pack !== undefined && existsSync(pack)
      ? (compile(pack, readFileSync(pack, 'latin1')) as Readonly<Record<string, Wrapped>>)
      : undefined;
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    modules.set(file, module);
    const wrapped =
      packed?.[file.slice(top.length)] ??
      (compile(file, `${head}${readFileSync(file, 'latin1')}${tail}`) as Wrapped);
    const folder = dirname(file);
    const require = (name: string): unknown =>
      name.startsWith('.') ? load(join(folder, name)) : rare.has(name) ? part(name) : node(name);
    wrapped(module.exports, require, module, file, folder);
    return module.exports;
  };
  if (keep)
    process.on('exit', () => {
      if (pack !== undefined && packed === undefined) keepPack(pack, top, modules.keys());
      else keepCode(scripts);
    });
  return load(path);
}

/** What a run has loaded as one text: an object of the chunks by their places. */
function keepPack(pack: string, top: string, files: Iterable<string>): void {
  const chunks = Array.from(
    files,
    (file) => `${JSON.stringify(file.slice(top.length))}: ${head}${readFileSync(file, 'latin1')}${tail}`,
  );
  keepFile(pack, `({\n${chunks.join(',\n')}\n})`);
}

function keepCode(scripts: ReadonlyMap<string, Script>): void {
  setFlagsFromString('--flush-bytecode');
  for (const [file, script] of scripts) keepFile(codeOf(file), script.createCachedData());
}

function keepFile(path: string, content: string | Buffer): void {
  const unfinished = `${path}.unfinished`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}
