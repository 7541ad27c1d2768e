import type { GoFunction, GoFunctions } from '../go/index.ts';
import { cryptoFunctions } from './crypto.ts';
import { defaultFunctions } from './defaults.ts';
import { fn } from './define.ts';
import { dictFunctions } from './dicts.ts';
import { durationFunctions } from './durations.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { pathFunctions } from './paths.ts';
import type { SprigPorts } from './ports.ts';
import { randomFunctions } from './random.ts';
import { regexFunctions } from './regex.ts';
import { stringFunctions } from './strings.ts';
import { timeFunctions } from './time/functions.ts';
import { urlFunctions } from './url.ts';
import { versionFunctions } from './versions.ts';

/** Names are not looked up: what a template says must not depend on who renders it. Helm answers nothing as well. */
const networkFunctions: Readonly<Record<string, GoFunction>> = {
  getHostByName: fn(['string'], 'string', () => ''),
};

/** Every function of sprig but `env` and `expandenv`, which Helm removes. */
export function sprigFunctions(ports: SprigPorts): GoFunctions {
  return table(
    defaultFunctions,
    dictFunctions,
    listFunctions,
    numberFunctions,
    pathFunctions,
    stringFunctions,
    urlFunctions,
    versionFunctions,
    networkFunctions,
    regexFunctions(),
    randomFunctions(ports.random),
    timeFunctions(ports.now, ports.timeZone),
    cryptoFunctions(ports),
  );
}

/** The functions for durations that Helm 4 adds. */
export function helmDurationFunctions(): GoFunctions {
  return table(durationFunctions);
}

function table(...groups: readonly Readonly<Record<string, GoFunction>>[]): GoFunctions {
  return new Map(groups.flatMap((group) => Object.entries(group)));
}
