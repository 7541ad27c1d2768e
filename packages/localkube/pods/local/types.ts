import type { Clock, Logger } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import type { Recorder } from '../../controllers/runtime/recorder.ts';
import type { Access } from '../../registry/types.ts';
import type { Container } from './container.ts';
import type { MemoryWatch } from './memory.ts';
import type { Sweeper } from './sweeper.ts';
import type { IssueToken } from './volumes.ts';

/** What pods that run as local processes need of their surroundings. */
export interface LocalWorld {
  readonly access: Access;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly recorder: Recorder;
  /** Below it each pod has a folder, and each volume of a claim. */
  readonly folder: string;
  readonly hostPaths: readonly string[];
  readonly issueToken: IssueToken;
  /** Where this cluster's API answers, once it does. */
  readonly api: () => ApiAddress | undefined;
  readonly sweeper: Sweeper;
  readonly memory: MemoryWatch;
  /** Has the pod's `step` called, soon and once for many reasons; pods that start together take turns. */
  readonly soon: (uid: string) => void;
  /** The address of a pod. */
  readonly addressOf: (pod: KubeObject) => string;
}

export interface ApiAddress {
  readonly url: string;
  /** PEM; undefined without TLS. */
  readonly certificate?: string;
}

/** One pod that runs. */
export interface PodRun {
  readonly uid: string;
  /** The pod as it was last seen. */
  readonly pod: KubeObject;
  readonly ip: string;
  readonly containers: ReadonlyMap<string, Container>;
  /** The pod has changed. */
  sync(pod: KubeObject): void;
  /** Looks at everything and does what comes next. */
  step(): void;
  /** A ConfigMap or Secret that it names has changed. */
  sourceChanged(): void;
  /** The object is gone: so is everything else. */
  forget(): Promise<void>;
  /** This program stops: processes end, what the API says stays. */
  abandon(graceMs: number): Promise<void>;
  logPath(container: string, attempt: number): string;
}
