import { eachPath } from './field-set.ts';
import { readIdentity } from './entries.ts';
import { pathText } from './path-element.ts';
import type { Conflict } from './types.ts';
import type { ManagedConflict, Managers } from './updater.ts';

/** The conflicts by manager, each place for itself. */
export function conflictsOf(found: readonly ManagedConflict[], managers: Managers): readonly Conflict[] {
  return found
    .toSorted((a, b) => (nameFirst(a.manager) < nameFirst(b.manager) ? -1 : 1))
    .flatMap((one) => {
      const identity = readIdentity(one.manager);
      const apiVersion = managers.get(one.manager)?.version ?? identity.apiVersion;
      const conflicts: Conflict[] = [];
      eachPath(one.set, (path) => conflicts.push({ ...identity, apiVersion, path: pathText(path) }));
      return conflicts;
    });
}

/** Upstream's identities begin with the name of the manager. */
function nameFirst(identity: string): string {
  const { manager, operation, apiVersion, subresource = '' } = readIdentity(identity);
  return JSON.stringify([manager, operation, apiVersion, subresource]);
}

/** `"curl" using v1`: a writer is named with its version, an applier without. */
function managerText(conflict: Omit<Conflict, 'path'>): string {
  const subresource =
    conflict.subresource === undefined ? '' : ` with subresource ${JSON.stringify(conflict.subresource)}`;
  const using = conflict.operation === 'Update' ? ` using ${conflict.apiVersion}` : '';
  return `${JSON.stringify(conflict.manager)}${subresource}${using}`;
}

export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${managerText(first)}: ${first.path}`;
  }
  const lines: string[] = [];
  let last = '';
  for (const conflict of conflicts) {
    const manager = managerText(conflict);
    if (manager !== last) lines.push(`conflicts with ${manager}:`);
    lines.push(`- ${conflict.path}`);
    last = manager;
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}
