/**
 * What the list shows of an application. Resources and histories make up most of it and are asked for only on its own
 * page, so that the list of a large fleet stays small.
 */
const shown = [
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.resourceVersion',
  'metadata.creationTimestamp',
  'metadata.deletionTimestamp',
  'metadata.labels',
  'spec',
  'operation.initiatedBy',
  'status.sync.status',
  'status.sync.revision',
  'status.sync.revisions',
  'status.health',
  'status.conditions',
  'status.operationState.operation.initiatedBy',
  'status.operationState.phase',
  'status.operationState.message',
  'status.operationState.startedAt',
  'status.operationState.finishedAt',
];

/** The `fields` parameter of the list. */
export const listFields = ['metadata.resourceVersion', ...shown.map((field) => `items.${field}`)].join(',');

/** The `fields` parameter of the stream of changes to the list. */
export const streamFields = ['result.type', ...shown.map((field) => `result.application.${field}`)].join(',');
