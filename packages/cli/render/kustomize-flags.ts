import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { kustomizationFileNames } from '@plumbline/render';

/** The flags of `kustomize build`. */
export interface KustomizeFlags {
  readonly loadRestrictor?: string;
  readonly enableHelm?: boolean;
  readonly enableManagedbyLabel?: boolean;
  readonly reorder?: string;
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly origins?: boolean;
  readonly remoteHosts?: string;
}

/** Adds the flags of kustomizations to a command. */
export function addKustomizeOptions(command: Command): Command {
  return command
    .option(
      '--load-restrictor <mode>',
      'kustomizations: LoadRestrictionsRootOnly|LoadRestrictionsNone',
      'LoadRestrictionsRootOnly',
    )
    .option('--enable-helm', 'kustomizations: inflate charts')
    .option('--enable-managedby-label', 'kustomizations: add app.kubernetes.io/managed-by')
    .option(
      '--reorder <order>',
      'kustomizations: legacy|none; what the kustomization says counts more',
      'legacy',
    )
    .option('--remote-hosts <hosts>', 'kustomizations: hosts that may be read from (all); none: no host');
}

/** Whether a folder holds a kustomization. */
export function isKustomization(folder: string): boolean {
  return kustomizationFileNames.some((name) => existsSync(join(folder, name)));
}
