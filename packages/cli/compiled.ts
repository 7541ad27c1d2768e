import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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

/**
 * Loads a program that the build has bundled as CommonJS, with the code that V8 made of it then: nothing is parsed or compiled
 * but what the build has not run. That halves what a command takes to start. Code of another version of Node is refused by V8
 * and made anew. Names of chunks carry a hash of their text, so code and text always belong together.
 * `keep`: for the build, which runs a few commands and keeps their code.
 */
export function loadCompiled(path: string, keep: boolean): unknown {
  const node = createRequire(path);
  const modules = new Map<string, Module>();
  const scripts = new Map<string, Script>();
  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    modules.set(file, module);
    const code = codeOf(file);
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname) { ${readFileSync(file, 'utf8')}\n})`,
      { filename: file, ...(existsSync(code) && { cachedData: readFileSync(code) }) },
    );
    scripts.set(file, script);
    const folder = dirname(file);
    const require = (name: string): unknown => (name.startsWith('.') ? load(join(folder, name)) : node(name));
    (script.runInThisContext() as Wrapped)(module.exports, require, module, file, folder);
    return module.exports;
  };
  if (keep) process.on('exit', () => keepCode(scripts));
  return load(path);
}

function keepCode(scripts: ReadonlyMap<string, Script>): void {
  for (const [file, script] of scripts) {
    const unfinished = `${codeOf(file)}.unfinished`;
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, codeOf(file));
  }
}
