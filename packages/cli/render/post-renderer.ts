import { accessSync, constants, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '@plumbline/base/node';
import type { PostRender } from '@plumbline/render';
import { runProgram } from '../compose/plugin-process.ts';
import { CommandError } from '../io.ts';
import type { Means } from './means.ts';

/**
 * The program that `--post-renderer` names, started once per render without a shell: manifests go in, what it prints
 * comes out. It is looked for as Helm 3 does. Throws `CommandError`.
 */
export function postRendererOf(name: string, args: readonly string[], cwd: string, means: Means): PostRender {
  const program = pathOf(name, cwd, means.env['PATH'] ?? '');
  const environment = Object.fromEntries(
    Object.entries(means.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return async (input) => {
    const ran = await runProgram(
      { argv: [program, ...args], folder: cwd, environment, input },
      { clock: systemClock },
    );
    if (ran.ok) return ran.stdout;
    throw new Error(`error while running command ${program}. error output:\n${ran.stderr}: ${ran.cause}`);
  };
}

function pathOf(name: string, cwd: string, path: string): string {
  const places = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(':').map((folder) => join(folder, name));
  const found = places.find((place) => isProgram(place));
  if (found !== undefined) return found;
  const why = name.includes('/')
    ? `stat ${name}: no such file or directory`
    : 'executable file not found in $PATH';
  throw new CommandError(
    `invalid argument "${name}" for "--post-renderer" flag: unable to find binary at ${name}: exec: "${name}": ${why}`,
    2,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
