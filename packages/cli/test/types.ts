import type { KubeObject, Origin } from '@plumbline/api';

/** An object that shall be brought up, and where it was written. */
export interface Part {
  readonly object: KubeObject;
  readonly origin: Origin;
  /** Where it goes when it names no namespace. */
  readonly namespace: string;
  /** The application that it belongs to; '' for what the path itself says. */
  readonly application: string;
  /** Brought up first and not judged. */
  readonly given: boolean;
}

/** What to bring up, and what was left out with the reason. */
export interface Collected {
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
  /** Namespaces that an application lets Argo CD create. */
  readonly namespaces: ReadonlySet<string>;
}

/** How an object came out. `stored`: its kind has no notion of health. */
export type Outcome = 'healthy' | 'stored' | 'suspended' | 'unhealthy' | 'refused' | 'skipped';

/** What was found out about one object. */
export interface Verdict {
  readonly part: Part;
  readonly namespace: string;
  readonly outcome: Outcome;
  /** The word for its health, or the reason of a refusal. */
  readonly state: string;
  readonly message: string;
  /** Why, from the nearest cause outwards. */
  readonly reasons: readonly string[];
  /** What is allowed and yet looks wrong. */
  readonly warnings: readonly string[];
}

/** The whole answer. */
export interface Report {
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
  /** How much of the cluster's own time went by. */
  readonly virtualMs: number;
  /** Nothing more would have happened. False: the time was over first. */
  readonly quiet: boolean;
}

/** Whether all is well. */
export function isGood(report: Report): boolean {
  return report.verdicts.every(({ outcome }) => outcome !== 'unhealthy' && outcome !== 'refused');
}

/** `Deployment shop/web`, or `ClusterRole reader`. */
export function titleOf({ part, namespace }: Verdict): string {
  const { kind, metadata } = part.object;
  const name = metadata.name ?? `${metadata.generateName ?? ''}*`;
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** `site/web.yaml:3`. */
export function placeOf({ origin }: Part): string {
  return `${origin.file}:${origin.line}`;
}
