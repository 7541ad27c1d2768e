import type { Access, Core } from '../registry/index.ts';
import type { WebhookCaller } from '../admission/types.ts';
import type { PodStreams } from '../streams/index.ts';
import type { Security } from '../types.ts';
import type { Route } from './route.ts';

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
  /** What leads into containers: their text, commands, ports. */
  readonly pods?: PodStreams;
}

export type ResourceRoute = Extract<Route, { type: 'resource' }>;
