/** Stops what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/** Time as a parameter: real (`base/node`) or virtual (tests, previews). Milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Calls `run` once after `ms`. A pending timer of the real clock does not keep the process alive. */
  after(ms: number, run: () => void): Cancel;
}

/** Randomness as a parameter: secure (`base/node`) or seeded. */
export interface Random {
  bytes(count: number): Uint8Array;
  uuid(): string;
}

/** One line per state change: a constant message, data in fields. Secrets never come here as plain text. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A logger that adds these fields to every line. */
  with(fields: Readonly<Record<string, unknown>>): Logger;
}

/** A logger that writes nothing, for tests and for callers that log elsewhere. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => silentLogger,
};
