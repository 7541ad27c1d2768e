import type { Application, ResourceStatus, SyncRequest } from '@plumbline/api';

/** What somebody chose in the sync panel. */
export interface SyncForm {
  readonly revision: string;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly applyOnly: boolean;
  readonly resources: ReadonlySet<string>;
}

/** Resources that a sync can be limited to. Hooks run with their phase and are not chosen one by one. */
export function syncableOf(application: Application): readonly ResourceStatus[] {
  return (application.status?.resources ?? []).filter((resource) => resource.hook !== true);
}

export function syncKey(resource: ResourceStatus): string {
  return `${resource.group ?? ''}/${resource.kind}/${resource.namespace ?? ''}/${resource.name}`;
}

export function defaultSyncForm(application: Application): SyncForm {
  const resources = new Set(syncableOf(application).map(syncKey));
  return {
    revision: '',
    prune: application.spec.syncPolicy?.automated?.prune === true,
    dryRun: false,
    force: false,
    applyOnly: false,
    // A set that is empty because nothing is known yet must not forbid the first sync.
    resources: resources.size === 0 ? new Set(['']) : resources,
  };
}

/** The request for a form. All resources chosen means a full sync, which also runs hooks and is kept in the history. */
export function syncRequestOf(form: SyncForm, application: Application): SyncRequest {
  const all = syncableOf(application);
  const chosen = all.filter((resource) => form.resources.has(syncKey(resource)));
  const revision = form.revision.trim();
  const options = application.spec.syncPolicy?.syncOptions;
  return {
    ...(revision === '' ? {} : { revision }),
    prune: form.prune,
    dryRun: form.dryRun,
    strategy: form.applyOnly ? { apply: { force: form.force } } : { hook: { force: form.force } },
    ...(options === undefined || options.length === 0 ? {} : { syncOptions: { items: options } }),
    ...(chosen.length === all.length
      ? {}
      : {
          resources: chosen.map(({ group, kind, name, namespace }) => ({
            group: group ?? '',
            kind,
            name,
            namespace: namespace ?? '',
          })),
        }),
  };
}
