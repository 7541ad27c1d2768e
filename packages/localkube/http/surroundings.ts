import type { KubeObject } from '@plumbline/api';
import type { Access, Core } from '../registry/index.ts';
import type { WebhookCaller } from '../admission/types.ts';
import type { Security } from '../types.ts';
import type { Route } from './route.ts';

/** What runs pods tells about them. */
export interface PodStreams {
  /** The text that a container has written, or why there is none. Refuses with a StatusError. */
  log(pod: KubeObject, options: LogOptions): AsyncIterable<Uint8Array>;
}

export interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly limitBytes?: number;
}

/** What discovery answers with, kept until the catalogue changes. */
export interface Discovery {
  aggregated(legacy: boolean): { readonly data: unknown; readonly etag: string };
  groupVersions(): readonly string[];
  resources(group: string, version: string): unknown;
  openApi(path: string): { readonly data: unknown; readonly etag: string } | undefined;
  openApiIndex(): unknown;
}

/** What requests are answered with. */
export interface Surroundings {
  readonly core: Core;
  readonly access: Access;
  readonly discovery: Discovery;
  readonly security?: Security;
  /** Calls the webhooks of admission. */
  readonly webhooks?: WebhookCaller;
  /** Where the text of containers comes from. */
  readonly pods?: PodStreams;
}

export type ResourceRoute = Extract<Route, { type: 'resource' }>;
