import type { Application, ApplicationSource } from '@plumbline/api';
import { formatField, formatTable } from '../../output/table.ts';

/** `namespace/name`, as argocd names an application since 2.5. */
export function qualifiedName(app: Application): string {
  return `${app.metadata.namespace ?? 'argocd'}/${app.metadata.name}`;
}

function sourcesOf(app: Application): readonly ApplicationSource[] {
  const { source, sources } = app.spec;
  if (sources !== undefined && sources.length > 0) return sources;
  return source === undefined ? [] : [source];
}

/** `Manual`, `Auto` or `Auto-Prune`: the column of `app list`. */
function syncPolicyColumn(app: Application): string {
  const automated = app.spec.syncPolicy?.automated;
  if (automated === undefined || automated.enabled === false) return 'Manual';
  return automated.prune === true ? 'Auto-Prune' : 'Auto';
}

/** `<none>`, or each type of condition with its count when there is more than one. */
function conditionsColumn(app: Application): string {
  const counts = new Map<string, number>();
  for (const { type } of app.status?.conditions ?? []) counts.set(type, (counts.get(type) ?? 0) + 1);
  if (counts.size === 0) return '<none>';
  return [...counts].map(([type, count]) => (count > 1 ? `${type}(${count})` : type)).join(',');
}

/** The table of `argocd app list -o wide`, its default. */
export function formatList(apps: readonly Application[]): string {
  const header = [
    'NAME',
    'CLUSTER',
    'NAMESPACE',
    'PROJECT',
    'STATUS',
    'HEALTH',
    'SYNCPOLICY',
    'CONDITIONS',
    'REPO',
    'PATH',
    'TARGET',
  ];
  return formatTable(
    header,
    apps.map((app) => {
      const source = sourcesOf(app)[0];
      return [
        qualifiedName(app),
        app.spec.destination?.server ?? app.spec.destination?.name ?? '',
        app.spec.destination?.namespace ?? '',
        app.spec.project ?? 'default',
        app.status?.sync?.status ?? 'Unknown',
        app.status?.health?.status ?? 'Unknown',
        syncPolicyColumn(app),
        conditionsColumn(app),
        source?.repoURL ?? '',
        source?.path ?? '',
        source?.targetRevision ?? '',
      ];
    }),
  );
}

function syncStatus(app: Application): string {
  const sync = app.status?.sync;
  if (sync === undefined) return 'Unknown';
  const target = sourcesOf(app)[0]?.targetRevision ?? 'HEAD';
  const revision = sync.revision ?? '';
  const short = /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
  const preposition = sync.status === 'Synced' ? 'to' : 'from';
  return `${sync.status} ${preposition} ${target}${short === '' || short === target ? '' : ` (${short})`}`;
}

function syncPolicyField(app: Application): string {
  const automated = app.spec.syncPolicy?.automated;
  if (automated === undefined || automated.enabled === false) return 'Manual';
  return automated.prune === true ? 'Automated (Prune)' : 'Automated';
}

/** The page of `argocd app get`. */
export function formatApplication(app: Application, server: string, showOperation: boolean): string {
  let text = formatField('Name', qualifiedName(app));
  text += formatField('Project', app.spec.project ?? 'default');
  text += formatField('Server', app.spec.destination?.server ?? app.spec.destination?.name ?? '');
  text += formatField('Namespace', app.spec.destination?.namespace ?? '');
  text += formatField(
    'URL',
    `${server}/applications/${app.metadata.namespace ?? 'argocd'}/${app.metadata.name}`,
  );
  const sources = sourcesOf(app);
  text += sources.length > 1 ? 'Sources:\n' : 'Source:\n';
  for (const source of sources) {
    text += formatField('- Repo', source.repoURL);
    text += formatField('  Target', source.targetRevision ?? '');
    if (source.path !== undefined) text += formatField('  Path', source.path);
    if (source.chart !== undefined) text += formatField('  Chart', source.chart);
  }
  text += formatField('SyncWindow', 'Sync Allowed');
  text += formatField('Sync Policy', syncPolicyField(app));
  text += formatField('Sync Status', syncStatus(app));
  const health = app.status?.health;
  text += formatField(
    'Health Status',
    `${health?.status ?? 'Unknown'}${health?.message === undefined ? '' : ` (${health.message})`}`,
  );
  if (showOperation) text += formatOperation(app);
  text += formatConditions(app);
  return `${text}\n${formatResources(app)}`;
}

export function formatOperation(app: Application): string {
  const state = app.status?.operationState;
  if (state === undefined) return '';
  let text = `\n${formatField('Operation', state.operation.sync === undefined ? 'Unknown' : 'Sync')}`;
  text += formatField('Sync Revision', state.syncResult?.revision ?? '');
  text += formatField('Phase', state.phase);
  text += formatField('Start', state.startedAt);
  text += formatField('Finished', state.finishedAt ?? '');
  if (state.finishedAt !== undefined) {
    text += formatField(
      'Duration',
      `${Math.round((Date.parse(state.finishedAt) - Date.parse(state.startedAt)) / 1000)}s`,
    );
  }
  if (state.message !== undefined && state.message !== '') text += formatField('Message', state.message);
  return text;
}

function formatConditions(app: Application): string {
  const conditions = app.status?.conditions ?? [];
  if (conditions.length === 0) return '';
  return `\n${formatTable(
    ['CONDITION', 'MESSAGE', 'LAST TRANSITION'],
    conditions.map(({ type, message, lastTransitionTime }) => [type, message, lastTransitionTime ?? '<nil>']),
  )}`;
}

/** The table of resources with what the last operation said of each. */
export function formatResources(app: Application): string {
  const results = new Map(
    (app.status?.operationState?.syncResult?.resources ?? []).map((result) => [
      `${result.group}/${result.kind}/${result.namespace}/${result.name}`,
      result,
    ]),
  );
  const rows = (app.status?.resources ?? []).map((resource) => {
    const id = `${resource.group ?? ''}/${resource.kind}/${resource.namespace ?? ''}/${resource.name}`;
    const result = results.get(id);
    results.delete(id);
    return [
      resource.group ?? '',
      resource.kind,
      resource.namespace ?? '',
      resource.name,
      resource.hook === true ? (result?.hookPhase ?? '') : (resource.status ?? ''),
      resource.health?.status ?? '',
      result?.hookType ?? '',
      result?.message ?? '',
    ];
  });
  for (const result of results.values()) {
    const status =
      result.hookType === undefined || result.hookType === ''
        ? (result.status ?? '')
        : (result.hookPhase ?? '');
    rows.push([
      result.group,
      result.kind,
      result.namespace,
      result.name,
      status,
      '',
      result.hookType ?? '',
      result.message ?? '',
    ]);
  }
  return formatTable(['GROUP', 'KIND', 'NAMESPACE', 'NAME', 'STATUS', 'HEALTH', 'HOOK', 'MESSAGE'], rows);
}

/** The table of `argocd app history`. */
export function formatHistory(app: Application): string {
  const rows = (app.status?.history ?? []).map((entry) => {
    const source = entry.source ?? entry.sources?.[0];
    const revision = entry.revision ?? entry.revisions?.[0] ?? '';
    const target = source?.targetRevision ?? '';
    const short = /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
    return [
      String(entry.id),
      entry.deployedAt,
      target === '' || target === revision ? short : `${target} (${short})`,
    ];
  });
  return formatTable(['ID', 'DATE', 'REVISION'], rows);
}
