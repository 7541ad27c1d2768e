import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '@plumbline/base';

/** What `plumb up` writes into its data folder for everybody who wants to talk to it. */
export interface Endpoints {
  readonly ui: string;
  readonly api: string;
  readonly kubernetes: string;
  readonly git: string;
  /** The embedded registry is not built yet. */
  readonly registry: string | null;
  /** A file. */
  readonly kubeconfig: string;
}

export const endpointsFile = 'endpoints.json';
export const tokenFile = 'api-token';

/** The endpoints that a running `plumb up` wrote into this folder, if any. */
export async function readEndpoints(folder: string): Promise<Endpoints | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, endpointsFile), 'utf8'));
    return isRecord(value) && typeof value['api'] === 'string' ? (value as unknown as Endpoints) : undefined;
  } catch {
    return undefined;
  }
}
