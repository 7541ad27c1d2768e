import type { Clock } from '@plumbline/base';
import type { Upgrades } from './upgrade.ts';

export { upgradeOf, withProtocolToken } from './asked.ts';
export type { CommandEnding, CommandOptions, CommandSession, PodStreams, StreamRequest } from './types.ts';
export type { UpgradeRefusal, Upgrades } from './upgrade.ts';

/** What turns connections into streams. Most servers never see one, so it is loaded with the first. */
export async function loadUpgrades(clock: Clock): Promise<Upgrades> {
  const { makeUpgrades } = await import('./upgrade.ts');
  return makeUpgrades(clock);
}
