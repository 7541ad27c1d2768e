import type { KubeObject } from '@plumbline/api';
import type { WriteContext } from '../registry/types.ts';
import { integer, record, records, strings } from './fields.ts';

const FIRST_PORT = 30000;
const PORTS = 2768;
/** 10.96.0.0/16 without its network and broadcast address. */
const ADDRESSES = 65534;

/**
 * Who holds which cluster address and node port. A search starts where the service's own name points, so that the same
 * objects get the same addresses in every run and seldom meet a taken one.
 */
export interface AddressBook {
  isTaken(what: string | number, by: Owner, context: WriteContext): boolean;
  freeAddress(owner: Owner, context: WriteContext): string | undefined;
  /** `index` tells the ports of one service apart. */
  freePort(owner: Owner, index: number, context: WriteContext): number | undefined;
  note(what: string | number, owner: Owner, context: WriteContext): void;
}

export interface Owner {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The book is a hint that is checked at each use: an entry counts only while its service exists and still holds the
 * value. So deletions and refused writes need not be told to it, and no write scans all services.
 */
export function createAddressBook(): AddressBook {
  const holders = new Map<string | number, Owner>();
  let filled = false;
  const fill = (context: WriteContext): void => {
    if (filled) return;
    filled = true;
    for (const service of context.list('', 'Service')) {
      const owner = { namespace: service.metadata.namespace ?? '', name: service.metadata.name };
      for (const held of heldBy(service)) holders.set(held, owner);
    }
  };
  const isTaken = (what: string | number, by: Owner, context: WriteContext): boolean => {
    fill(context);
    const holder = holders.get(what);
    if (holder === undefined || (holder.namespace === by.namespace && holder.name === by.name)) return false;
    const service = context.find('', 'Service', holder.namespace, holder.name);
    if (service !== undefined && heldBy(service).includes(what)) return true;
    holders.delete(what);
    return false;
  };
  return {
    isTaken,
    freeAddress(owner, context) {
      const start = hash(`${owner.namespace}/${owner.name}`);
      for (let step = 0; step < ADDRESSES; step++) {
        const address = addressAt(start + step);
        // The first addresses are kept for the API server and DNS.
        if (address !== '10.96.0.1' && address !== '10.96.0.10' && !isTaken(address, owner, context))
          return address;
      }
      return undefined;
    },
    freePort(owner, index, context) {
      const start = hash(`${owner.namespace}/${owner.name}/${index}`);
      for (let step = 0; step < PORTS; step++) {
        const port = FIRST_PORT + ((start + step) % PORTS);
        if (!isTaken(port, owner, context)) return port;
      }
      return undefined;
    },
    note(what, owner, context) {
      fill(context);
      if (!context.dryRun) holders.set(what, owner);
    },
  };
}

function hash(seed: string): number {
  let value = 2166136261;
  for (let i = 0; i < seed.length; i++) value = Math.imul(value ^ seed.charCodeAt(i), 16777619) >>> 0;
  return (value ^ (value >>> 15)) >>> 0;
}

function addressAt(index: number): string {
  const offset = (index % ADDRESSES) + 1;
  return `10.96.${offset >> 8}.${offset & 255}`;
}

function heldBy(service: KubeObject): readonly (string | number)[] {
  const spec = record(service['spec']);
  const ports = records(spec['ports']).map((port) => integer(port['nodePort']));
  return [...strings(spec['clusterIPs']), ...ports, integer(spec['healthCheckNodePort'])].filter(
    (held) => held !== 0,
  );
}

export function isNodePort(port: number): boolean {
  return port >= FIRST_PORT && port < FIRST_PORT + PORTS;
}
