import type { Duplex, Readable, Writable } from 'node:stream';
import type { KubeObject } from '@plumbline/api';

/** What runs pods offers to those who want into them. Each refuses with a StatusError or a `SessionRefusal`. */
export interface PodStreams {
  /** The text that a container has written, or why there is none. */
  log(pod: KubeObject, options: LogOptions): AsyncIterable<Uint8Array>;
  /** Runs a command in a container. */
  exec(pod: KubeObject, options: CommandOptions): CommandSession;
  /** Joins what a container is running. */
  attach(pod: KubeObject, options: CommandOptions): CommandSession;
  /** Connects to a port of the pod. */
  connect(pod: KubeObject, port: number): Promise<Duplex>;
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

/** What a client asked for. `command` is empty for attach. */
export interface CommandOptions {
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A command that runs, or a container that was joined. Only the streams that were asked for are there. */
export interface CommandSession {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  resize(width: number, height: number): void;
  /** How it ended; never rejected. */
  readonly ended: Promise<CommandEnding>;
  /** The client is gone. */
  close(): void;
}

export type CommandEnding =
  | { readonly exitCode: number }
  /** It could not be run to its end. */
  | { readonly failure: string };

/** Why a container cannot be entered, in kubelet's words. */
export class SessionRefusal extends Error {}

/** What a request for a stream has come to after all checks: the upgraded connection goes on from here. */
export type StreamRequest =
  | {
      readonly type: 'command';
      readonly options: CommandOptions;
      /** May throw a `SessionRefusal`. */
      open(): CommandSession;
    }
  | {
      readonly type: 'ports';
      readonly pod: { readonly name: string; readonly uid: string };
      /** Those of the query, which only the old protocols use. */
      readonly ports: readonly number[];
      connect(port: number): Promise<Duplex>;
    };
