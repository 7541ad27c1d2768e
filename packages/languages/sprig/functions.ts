import type { GoFunction, GoFunctions } from '../go/index.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { pathFunctions } from './paths.ts';
import type { SprigPorts } from './ports.ts';
import { stringFunctions } from './strings.ts';

const pure: readonly Readonly<Record<string, GoFunction>>[] = [
  defaultFunctions,
  dictFunctions,
  listFunctions,
  numberFunctions,
  pathFunctions,
  stringFunctions,
];

/** Every function of sprig but `env` and `expandenv`, which Helm removes. */
export function sprigFunctions(_ports: SprigPorts): GoFunctions {
  const functions = new Map<string, GoFunction>();
  for (const group of pure) for (const [name, each] of Object.entries(group)) functions.set(name, each);
  return functions;
}
