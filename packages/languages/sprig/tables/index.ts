import { numbersListsAndTables } from './numbers-lists-and-tables.table.ts';
import { strings } from './strings.table.ts';
import { timesJsonAndCryptography } from './times-json-and-cryptography.table.ts';
import { versionsKindsExpressionsUrlsAndPaths } from './versions-kinds-expressions-urls-and-paths.table.ts';
import type { Case } from './case.ts';

/** All of them by what they are about. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  strings,
  'numbers, lists and tables': numbersListsAndTables,
  'versions, kinds, expressions, URLs and paths': versionsKindsExpressionsUrlsAndPaths,
  'times, JSON and cryptography': timesJsonAndCryptography,
};
