import type { Cancel, Clock, Logger, Problem, Random, Result } from '@plumbline/base';
import type {
  Application,
  ApplicationSource,
  HealthStatus,
  KubeObject,
  Rendering,
  RevisionInfo,
  Snapshot,
} from '@plumbline/api';
import type { Cluster } from '@plumbline/kube';
import type { WorkQueue } from '../runtime/index.ts';

/** A Git repository, or a chart of a Helm repository. */
type SourceAddress = Pick<ApplicationSource, 'repoURL' | 'chart'>;

/** What the controller needs of the rest of the house. */
export interface SourcePort {
  /** The newest known snapshot of a revision; `refresh` asks the source first. */
  resolve(
    source: SourceAddress,
    targetRevision: string,
    options?: { readonly refresh?: boolean },
  ): Promise<Result<Snapshot>>;
  revision(repoURL: string, revision: string): Promise<RevisionInfo | undefined>;
  /** Called with a repository that may have moved. */
  listen(listener: (repoURL: string) => void): Cancel;
}

/** A rendering and what it was rendered as (`Directory`, `Helm`...). */
export interface Rendered {
  readonly type: string;
  readonly rendering: Rendering;
}

export interface RenderPort {
  render(
    snapshot: Snapshot,
    source: ApplicationSource,
    application: Application,
  ): Promise<Result<Rendered, readonly Problem[]>>;
  /** The same as last time, as far as what was read tells: no rendering is needed to know. */
  unchanged(rendering: Rendering, snapshot: Snapshot): Promise<boolean>;
}

export interface ArgoSettings {
  /** The namespace of the control plane. */
  readonly namespace: string;
  /** How often repositories are asked whether they have moved, for those whose pushes are not heard; 0: never. */
  readonly pollMs: number;
}

export interface ArgoPorts {
  readonly cluster: Cluster;
  readonly sources: SourcePort;
  readonly render: RenderPort;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ArgoSettings;
  readonly health: (object: KubeObject) => HealthStatus | undefined;
}
