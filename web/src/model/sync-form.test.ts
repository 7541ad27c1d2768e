import type { Application } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { defaultSyncForm, syncRequestOf } from './sync-form.ts';

const application: Application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'web', namespace: 'argocd' },
  spec: { syncPolicy: { automated: { prune: true }, syncOptions: ['CreateNamespace=true'] } },
  status: {
    resources: [
      { group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web', status: 'OutOfSync' },
      { kind: 'Service', namespace: 'web', name: 'web', status: 'Synced' },
      { group: 'batch', kind: 'Job', namespace: 'web', name: 'migrate', hook: true },
    ],
  },
};

describe('syncRequestOf', () => {
  const form = defaultSyncForm(application);

  it('asks for a full sync when all resources are chosen', () => {
    expect(syncRequestOf(form, application)).toEqual({
      prune: true,
      dryRun: false,
      strategy: { hook: { force: false } },
      syncOptions: { items: ['CreateNamespace=true'] },
    });
  });

  it('names the chosen resources when some are left out', () => {
    const request = syncRequestOf(
      { ...form, revision: ' v1 ', applyOnly: true, force: true, resources: new Set(['/Service/web/web']) },
      application,
    );
    expect(request.resources).toEqual([{ group: '', kind: 'Service', namespace: 'web', name: 'web' }]);
    expect(request.revision).toBe('v1');
    expect(request.strategy).toEqual({ apply: { force: true } });
  });

  it('lets an application sync that has no resources yet', () => {
    const fresh: Application = { ...application, status: {} };
    expect(defaultSyncForm(fresh).resources.size).toBeGreaterThan(0);
    expect(syncRequestOf(defaultSyncForm(fresh), fresh).resources).toBeUndefined();
  });
});
