import type {
  ApplicationCondition,
  ApplicationSummary,
  Difference,
  Health,
  Observation,
  ResourceStatus,
  SyncStatusCode,
} from '@plumbline/api';
import type { Compiled } from './target.ts';

/** How an application stands: desired against live. */
export interface Comparison {
  readonly sync: SyncStatusCode;
  readonly health: Health;
  readonly resources: readonly ResourceStatus[];
  readonly conditions: readonly ApplicationCondition[];
  readonly summary: ApplicationSummary;
  readonly observation: Observation;
  readonly revisions: readonly string[];
  readonly types: readonly string[];
  /** Undefined where the sources could not be read. */
  readonly difference?: Difference;
  readonly compiled?: Compiled;
  /** Kinds that cannot be watched: what seems missing may be there, and nothing may be decided on it. */
  readonly unsettled: readonly { readonly group: string; readonly kind: string }[];
}
