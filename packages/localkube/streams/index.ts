export { SessionRefusal } from './types.ts';
export type {
  CommandEnding,
  CommandOptions,
  CommandSession,
  LogOptions,
  PodStreams,
  StreamRequest,
} from './types.ts';
export { makeUpgrades, upgradeOf, withProtocolToken } from './upgrade.ts';
export type { Upgrades } from './upgrade.ts';
