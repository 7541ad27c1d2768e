export { formatConstraints, parseConstraints, satisfies, violations } from './constraints.ts';
export type { CheckOptions, Constraints } from './constraints.ts';
export {
  comparePrereleases,
  compareVersions,
  formatVersion,
  increment,
  parseStrictVersion,
  parseVersion,
  versionErrors,
  withMetadata,
  withPrerelease,
} from './version.ts';
export type { Version, VersionStyle } from './version.ts';
