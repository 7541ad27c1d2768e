import type { Clock, Logger, Random } from '@plumbline/base';
import type { KubeObject, SchemaNode } from '@plumbline/api';
import type { Admission, Requester } from '../admission/types.ts';
import type { ApplyRequest, ApplyResult, UpdateManagers } from '../apply/types.ts';
import type { Convert } from '../crd/conversion.ts';
import type { CompileDefinition } from '../crd/types.ts';
import type { Store, Table } from '../store/index.ts';
import type { Catalogue, Served } from './catalogue.ts';
import type { KindHooks, WriteContext } from './types.ts';

/** What the registry takes from its neighbours. */
export interface Doors {
  hooks(group: string, kind: string): KindHooks | undefined;
  readonly compile: CompileDefinition;
  applyServerSide(request: ApplyRequest): ApplyResult;
  readonly updateManagers: UpdateManagers;
  /** The patches throw an Error that says what is wrong. They change nothing that they are given. */
  jsonPatch(document: unknown, operations: unknown): unknown;
  mergePatch(document: unknown, patch: unknown): unknown;
  strategicPatch(document: unknown, patch: unknown, schema: SchemaNode): unknown;
  canonicalQuantity(text: string): string | undefined;
  /** What looks at writes besides the kinds themselves. */
  admission?(): Admission | undefined;
}

/** What every part of the registry works with. */
export interface Core {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly catalogue: Catalogue;
  readonly doors: Doors;
  /** Asks the webhooks that convert custom resources. */
  readonly convert: Convert;
  /** Who asks for the writes of this request; the server's own controllers when nobody. */
  readonly requester?: Requester;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What a write carries besides the object. */
export interface WriteOptions {
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Paths that the body names twice. */
  readonly duplicates: readonly string[];
  warn(text: string): void;
  /** The object is what a merge has made: what is wrong with its fields is told in the order of their names. */
  readonly patched?: boolean;
  /** The object is what an apply has made: nulls in it are what is left of maps and lists. */
  readonly applied?: boolean;
  /** What is stored holds more than is read of it, so that it is written even where that is the same. */
  readonly unclean?: boolean;
  /** The shape in which a client wrote, where that is not the one that is kept: its fields are what is owned. */
  readonly through?: Served;
  /** Made by a controller from the template of an object that was checked: only what it adds needs a look. */
  readonly derived?: boolean;
}

export interface WriteResult {
  readonly object: KubeObject;
  readonly created: boolean;
}

export const internalWrite: Omit<WriteOptions, 'manager'> = {
  dryRun: false,
  fieldValidation: 'Ignore',
  duplicates: [],
  warn: () => {},
};

export function tableOf(core: Core, resource: Served): Table {
  return core.store.table(resource.storage.group, resource.storage.kind);
}

/** The stored object in the version of the resource. */
export function read(core: Core, resource: Served, namespace: string, name: string): KubeObject | undefined {
  const stored = tableOf(core, resource).get(namespace, name);
  return stored === undefined ? undefined : resource.fromStorage(stored);
}

export { timeText } from './time.ts';

export function writeContext(
  core: Core,
  dryRun: boolean,
  through?: string,
  subresource?: string,
): WriteContext {
  return {
    now: core.clock.now(),
    dryRun,
    ...(through !== undefined && { through }),
    ...(subresource !== undefined && { subresource }),
    uuid: () => core.random.uuid(),
    find: (group, kind, namespace, name) => core.store.table(group, kind).get(namespace, name),
    list(group, kind, namespace) {
      const table = core.store.table(group, kind);
      return table.size === 0 ? [] : table.list(namespace);
    },
  };
}
