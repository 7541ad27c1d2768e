/** Which application. */
export interface AppId {
  readonly namespace: string;
  readonly name: string;
}

/** Which object of an application. `group` and `namespace` are '' where there is none. */
export interface ResourceId {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes event, of which both the old and the new API's time fields are read. */
export interface EventItem {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string | null;
  };
  readonly involvedObject?: {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
  };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
}

/** Argo CD's answer to a revision's metadata. */
export interface RevisionMetadata {
  readonly author?: string;
  readonly date?: string;
  readonly message?: string;
  readonly tags?: readonly string[] | null;
}
