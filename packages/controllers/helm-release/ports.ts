import type { Transport } from '@plumbline/api';
import type { Clock, Logger } from '@plumbline/base';
import type { Cluster } from '@plumbline/kube';
import type { ReleaseRenderer } from '@plumbline/render';

/** What the actions need of the rest of the house. */
export interface HelmPorts {
  readonly cluster: Cluster;
  /** For watching exactly what is waited for, with no more rights than that takes, and for what hooks print. */
  readonly transport: Pick<Transport, 'watch' | 'stream'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly renderer: ReleaseRenderer;
  /** Takes what hooks print whose annotation asks for it. */
  readonly hookOutput?: (text: string) => void;
}

/** Where releases live and which Helm they are made for. */
export interface HelmScope {
  /** Of the release: objects that name none go there. */
  readonly namespace: string;
  /** Where the records are kept, when elsewhere. */
  readonly storageNamespace?: string;
  /** Which Helm is imitated where 3 and 4 differ. */
  readonly profile: 3 | 4;
  /** Who owns the fields that are written; `helm` unless told. */
  readonly fieldManager?: string;
  /** Ends what is going on; the release is marked as failed. */
  readonly signal?: AbortSignal;
}

/** Ports and scope in one hand, for the parts of an action. */
export interface Context extends HelmPorts, HelmScope {
  readonly storageNamespace: string;
  readonly fieldManager: string;
}
