import { isRecord } from '@plumbline/base';
import type { KubeObject } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import type { AdmissionRequest, Merge, Operation } from '../admission/types.ts';
import type { Served } from './catalogue.ts';
import { timeText, writeContext } from './core.ts';
import type { Core, WriteOptions } from './core.ts';
import { internalError } from './errors.ts';
import type { Draft } from './types.ts';

/** Lets admission change what a client wants to write, before the kind itself looks at it. */
export function admitChange(
  core: Core,
  resource: Served,
  draft: Draft,
  live: KubeObject | undefined,
  subresource: string,
  options: WriteOptions,
): void {
  // A Scale is admitted as such, not as the object that it scales.
  if (subresource === 'scale') return;
  const admission = core.doors.admission?.();
  if (admission?.mutate(requestOf(core, resource, draft, live, subresource, options)) !== true) return;
  resource.default?.(draft, writeContext(core, options.dryRun));
  resource.compiled?.default(draft);
}

/** Lets admission refuse what is about to be stored. */
export function admitResult(
  core: Core,
  resource: Served,
  draft: Draft,
  live: KubeObject | undefined,
  subresource: string,
  options: WriteOptions,
): void {
  if (subresource === 'scale') return;
  core.doors.admission?.()?.validate(requestOf(core, resource, draft, live, subresource, options));
}

/** Lets admission change or refuse a Scale. */
export function admitScale(
  core: Core,
  resource: Served,
  scale: Draft,
  old: KubeObject,
  options: WriteOptions,
): void {
  const admission = core.doors.admission?.();
  if (admission === undefined) return;
  const bodyKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  const request = { ...requestOf(core, resource, scale, old, 'scale', options), bodyKind };
  admission.mutate(request);
  admission.validate(request);
}

/** Lets admission refuse a deletion. */
export function admitRemoval(core: Core, resource: Served, live: KubeObject, dryRun: boolean): void {
  const admission = core.doors.admission?.();
  if (admission === undefined) return;
  const request: AdmissionRequest = {
    operation: 'DELETE',
    resource,
    subresource: '',
    namespace: live.metadata.namespace ?? '',
    name: live.metadata.name,
    object: undefined,
    old: live,
    dryRun,
    requester: core.requester,
    warn: () => {},
  };
  admission.mutate(request);
  admission.validate(request);
}

/** Lets admission refuse a way into a pod; what it sees is the options of the request. */
export function admitConnection(
  core: Core,
  resource: Served,
  pod: KubeObject,
  subresource: string,
  options: { readonly apiVersion: string; readonly kind: string },
): void {
  const admission = core.doors.admission?.();
  if (admission === undefined) return;
  const request: AdmissionRequest = {
    operation: 'CONNECT',
    resource,
    subresource,
    bodyKind: { group: '', version: options.apiVersion, kind: options.kind },
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    object: { ...options, metadata: {} } as unknown as Draft,
    old: undefined,
    dryRun: false,
    requester: core.requester,
    warn: () => {},
  };
  admission.mutate(request);
  admission.validate(request);
}

function requestOf(
  core: Core,
  resource: Served,
  draft: Draft,
  live: KubeObject | undefined,
  subresource: string,
  options: WriteOptions,
): AdmissionRequest {
  const operation: Operation = live === undefined ? 'CREATE' : 'UPDATE';
  return {
    operation,
    resource,
    subresource,
    namespace: draft.metadata.namespace ?? '',
    name: live?.metadata.name ?? draft.metadata.name,
    object: draft,
    old: live,
    dryRun: options.dryRun,
    requester: core.requester,
    warn: (text) => options.warn(text),
  };
}

/** Merges what a policy wants into an object; who owns which fields stays as it is. */
export function mergeInto(core: Core): Merge {
  return ({ resource }, object, partial) => {
    const apiVersion = formatApiVersion(resource.group, resource.version);
    const { managedFields, ...metadata } = object.metadata;
    const wanted = isRecord(partial['metadata']) ? partial['metadata'] : {};
    const result = core.doors.applyServerSide({
      live: { ...object, metadata } as Draft,
      applied: {
        ...partial,
        apiVersion,
        kind: resource.kind,
        metadata: { ...wanted, name: object.metadata.name },
      },
      manager: 'mutating-admission-policy',
      force: true,
      schema: resource.schema,
      apiVersion,
      time: timeText(core.clock.now()),
    });
    if (result.type !== 'applied') throw internalError(result.message);
    const { managedFields: _, ...merged } = result.object.metadata;
    return structuredClone({
      ...result.object,
      metadata: { ...merged, ...(managedFields !== undefined && { managedFields }) },
    }) as Draft;
  };
}
