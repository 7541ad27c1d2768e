import type { KubeObject, SchemaNode } from '@plumbline/api';
import type { Draft } from '../registry/types.ts';
import type { User } from '../user.ts';

/** Who asks for a write. Writes of the server's own controllers have none. */
export interface Requester {
  readonly user: User;
  /** What webhooks have answered to this request so far. */
  readonly replies: WebhookReplies;
}

/**
 * Writes are synchronous and webhooks are not. A write that needs an answer which is not there yet is given up, the call
 * is made, and the write starts again from the beginning; `next` counts through the answers in the order of the calls.
 */
export interface WebhookReplies {
  readonly known: WebhookReply[];
  next: number;
}

/** What came back from a webhook, or why nothing did. */
export type WebhookReply =
  | { readonly ok: true; readonly status: number; readonly body: string }
  | { readonly ok: false; readonly error: string };

/** A call to a webhook. */
export interface WebhookCall {
  readonly url: string;
  /** Where to connect instead of the host of the URL, for services of the cluster. */
  readonly connect?: { readonly host: string; readonly port: number };
  /** PEM. */
  readonly caBundle?: string;
  readonly timeoutMs: number;
  readonly body: string;
}

/** Makes calls; gives back what happened and never throws. */
export type WebhookCaller = (call: WebhookCall) => Promise<WebhookReply>;

/** Thrown by a write that has to wait for a webhook. */
export class WebhookNeeded extends Error {
  readonly call: WebhookCall;
  constructor(call: WebhookCall) {
    super('a webhook has to be asked first');
    this.name = 'WebhookNeeded';
    this.call = call;
  }
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** The kind that a write is about. */
interface AdmittedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly schema: SchemaNode;
}

/** A write on its way. */
export interface AdmissionRequest {
  readonly operation: Operation;
  readonly resource: AdmittedKind;
  readonly subresource: string;
  /** The kind of the body, where a subresource has one of its own. */
  readonly bodyKind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly namespace: string;
  readonly name: string;
  /** What is to be stored. Mutation changes it in place; undefined when something is deleted. */
  readonly object: Draft | undefined;
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly requester: Requester | undefined;
  warn(text: string): void;
}

/** Merges a partial object into another one as server-side apply does, without owning anything. */
export type Merge = (
  request: AdmissionRequest,
  object: Draft,
  partial: Readonly<Record<string, unknown>>,
) => Draft;

/** Looks at writes: what admission plugins of upstream do that are not part of a kind itself. Refusals are thrown. */
export interface Admission {
  /** In place; true when the object is another one now. Before the kind's own checks. */
  mutate(request: AdmissionRequest): boolean;
  /** After all checks. */
  validate(request: AdmissionRequest): void;
}
