// Kustomizations of one feature each, by chance: the same seed gives the same. They go where compositions seldom get.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chance } from './chance.mjs';
import { charts } from './charts.mjs';
import { configurations, variables } from './configurations.mjs';
import { generators } from './generators.mjs';
import { layers } from './layers.mjs';
import { mistakes } from './mistakes.mjs';
import { patches } from './patches.mjs';
import { references } from './references.mjs';
import { replacements } from './replacements.mjs';
import { styles } from './styles.mjs';
import { fields, plugins } from './transformers.mjs';

export const families = {
  replacements,
  patches,
  generators,
  fields,
  plugins,
  configurations,
  variables,
  references,
  mistakes,
  charts,
  styles,
  layers,
};

/** Writes one case of a family below a folder and gives the folder to build. */
export function writeFeature(family, seed, root) {
  const files = families[family](chance(seed * 7919 + family.length * 104_729 + family.charCodeAt(0)));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return 'top/kustomization.yaml' in files ? join(root, 'top') : root;
}
