import { flag, free, list, long, numberOrText, record, text, textMap, texts, time } from './schema.ts';
import type { Schema } from './schema.ts';

/** The structural schema of `argoproj.io/v1alpha1 Application`: Argo CD's fields, described anew. */

const nameValue = record({ name: text, value: text }, ['name', 'value']);
const info = list(nameValue);

const helm = record({
  apiVersions: texts,
  fileParameters: list(record({ name: text, path: text })),
  ignoreMissingValueFiles: flag,
  kubeVersion: text,
  namespace: text,
  parameters: list(record({ name: text, value: text, forceString: flag })),
  passCredentials: flag,
  releaseName: text,
  skipCrds: flag,
  skipSchemaValidation: flag,
  skipTests: flag,
  valueFiles: texts,
  values: text,
  valuesObject: free,
  version: text,
});

const kustomize = record({
  apiVersions: texts,
  commonAnnotations: textMap,
  commonAnnotationsEnvsubst: flag,
  commonLabels: textMap,
  components: texts,
  forceCommonAnnotations: flag,
  forceCommonLabels: flag,
  ignoreMissingComponents: flag,
  images: texts,
  kubeVersion: text,
  labelIncludeTemplates: flag,
  labelWithoutSelector: flag,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  patches: list(
    record({
      options: { type: 'object', additionalProperties: flag },
      patch: text,
      path: text,
      target: record({
        annotationSelector: text,
        group: text,
        kind: text,
        labelSelector: text,
        name: text,
        namespace: text,
        version: text,
      }),
    }),
  ),
  replicas: list(record({ count: numberOrText, name: text }, ['count', 'name'])),
  version: text,
});

const jsonnetVariables = list(record({ code: flag, name: text, value: text }, ['name', 'value']));

const directory = record({
  disableExtensionFilter: flag,
  exclude: text,
  include: text,
  jsonnet: record({ extVars: jsonnetVariables, libs: texts, tlas: jsonnetVariables }),
  recurse: flag,
});

const plugin = record({
  env: list(nameValue),
  name: text,
  parameters: list(record({ array: texts, map: textMap, name: text, string: text })),
});

const source = record(
  {
    chart: text,
    directory,
    helm,
    kustomize,
    name: text,
    path: text,
    plugin,
    ref: text,
    repoURL: text,
    tagPrefix: text,
    targetRevision: text,
  },
  ['repoURL'],
);
const sources = list(source);

const destination = record({ name: text, namespace: text, server: text });

const sourceHydrator = record(
  {
    drySource: record(
      { directory, helm, kustomize, path: text, plugin, repoURL: text, targetRevision: text },
      ['path', 'repoURL', 'targetRevision'],
    ),
    hydrateTo: record({ targetBranch: text }, ['targetBranch']),
    syncSource: record({ path: text, repoURL: text, targetBranch: text }, ['path', 'targetBranch']),
  },
  ['drySource', 'syncSource'],
);

const ignoreDifferences = list(
  record(
    {
      group: text,
      jqPathExpressions: texts,
      jsonPointers: texts,
      kind: text,
      managedFieldsManagers: texts,
      name: text,
      namespace: text,
    },
    ['kind'],
  ),
);

const retry = record({
  backoff: record({ duration: text, factor: long, maxDuration: text }),
  limit: long,
  refresh: flag,
});

const managedNamespaceMetadata = record({ annotations: textMap, labels: textMap });

const spec = record(
  {
    destination,
    ignoreDifferences,
    info,
    project: text,
    revisionHistoryLimit: long,
    source,
    sourceHydrator,
    sources,
    syncPolicy: record({
      automated: record({ allowEmpty: flag, enabled: flag, prune: flag, selfHeal: flag }),
      managedNamespaceMetadata,
      retry,
      syncOptions: texts,
    }),
  },
  ['destination', 'project'],
);

const initiatedBy = record({ automated: flag, username: text });

const operation = record({
  info,
  initiatedBy,
  retry,
  sync: record({
    autoHealAttemptsCount: long,
    dryRun: flag,
    manifests: texts,
    prune: flag,
    resources: list(record({ group: text, kind: text, name: text, namespace: text }, ['kind', 'name'])),
    revision: text,
    revisions: texts,
    source,
    sources,
    syncOptions: texts,
    syncStrategy: record({ apply: record({ force: flag }), hook: record({ force: flag }) }),
  }),
});

const health = record({ lastTransitionTime: time, message: text, status: text });

const resourceResult = record(
  {
    group: text,
    hookPhase: text,
    hookType: text,
    images: texts,
    kind: text,
    message: text,
    name: text,
    namespace: text,
    status: text,
    syncPhase: text,
    version: text,
  },
  ['group', 'kind', 'name', 'namespace', 'version'],
);

const operationState = record(
  {
    finishedAt: time,
    message: text,
    operation,
    phase: text,
    retryCount: long,
    startedAt: time,
    syncResult: record(
      {
        managedNamespaceMetadata,
        resources: list(resourceResult),
        revision: text,
        revisions: texts,
        source,
        sources,
      },
      ['revision'],
    ),
  },
  ['operation', 'phase', 'startedAt'],
);

const hydration = { drySHA: text, hydratedSHA: text, sourceHydrator };

const status = record({
  conditions: list(record({ lastTransitionTime: time, message: text, type: text }, ['message', 'type'])),
  controllerNamespace: text,
  health,
  history: list(
    record(
      {
        deployStartedAt: time,
        deployedAt: time,
        id: long,
        initiatedBy,
        revision: text,
        revisions: texts,
        source,
        sources,
      },
      ['deployedAt', 'id'],
    ),
  ),
  observedAt: time,
  operationState,
  reconciledAt: time,
  resourceHealthSource: text,
  resources: list(
    record({
      group: text,
      health,
      hook: flag,
      kind: text,
      name: text,
      namespace: text,
      requiresDeletionConfirmation: flag,
      requiresPruning: flag,
      status: text,
      syncWave: long,
      version: text,
    }),
  ),
  sourceHydrator: record({
    currentOperation: record({ ...hydration, finishedAt: time, message: text, phase: text, startedAt: time }),
    lastComparedDryRevision: text,
    lastSuccessfulOperation: record(hydration),
  }),
  sourceType: text,
  sourceTypes: texts,
  summary: record({ externalURLs: texts, images: texts, isAppOfApps: flag }),
  sync: record(
    {
      comparedTo: record({ destination, ignoreDifferences, source, sources }, ['destination']),
      revision: text,
      revisions: texts,
      status: text,
    },
    ['status'],
  ),
});

/** The structural schema of Application, as its CustomResourceDefinition carries it. */
export const applicationSchema: Schema = record(
  { apiVersion: text, kind: text, metadata: { type: 'object' }, operation, spec, status },
  ['metadata', 'spec'],
);

const groupKind = { group: text, kind: text };
const groupKinds = list(record(groupKind, ['group', 'kind']));
const token = record({ exp: long, iat: long, id: text }, ['iat']);

const projectSpec = record({
  clusterResourceBlacklist: list(record({ ...groupKind, name: text }, ['group', 'kind'])),
  clusterResourceWhitelist: list(record({ ...groupKind, name: text }, ['group', 'kind'])),
  description: { type: 'string', maxLength: 255 },
  destinationServiceAccounts: list(
    record({ defaultServiceAccount: text, namespace: text, server: text }, [
      'defaultServiceAccount',
      'server',
    ]),
  ),
  destinations: list(record({ name: text, namespace: text, server: text })),
  namespaceResourceBlacklist: groupKinds,
  namespaceResourceWhitelist: groupKinds,
  orphanedResources: record({ ignore: list(record({ group: text, kind: text, name: text })), warn: flag }),
  permitOnlyProjectScopedClusters: flag,
  roles: list(
    record({ description: text, groups: texts, jwtTokens: list(token), name: text, policies: texts }, [
      'name',
    ]),
  ),
  signatureKeys: list(record({ keyID: text }, ['keyID'])),
  sourceIntegrity: free,
  sourceNamespaces: texts,
  sourceRepos: texts,
  syncWindows: list(
    record({
      andOperator: flag,
      applications: texts,
      clusters: texts,
      description: text,
      duration: text,
      kind: text,
      manualSync: flag,
      namespaces: texts,
      schedule: text,
      syncOverrun: flag,
      timeZone: text,
    }),
  ),
});

/** The structural schema of `AppProject`. */
export const projectSchema: Schema = record(
  {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    spec: projectSpec,
    status: record({
      jwtTokensByRole: { type: 'object', additionalProperties: record({ items: list(token) }) },
    }),
  },
  ['metadata', 'spec'],
);

/** `ApplicationSet` is accepted as it is: its controller, which would read it, validates it. */
export const applicationSetSchema: Schema = record(
  { apiVersion: text, kind: text, metadata: { type: 'object' }, spec: free, status: free },
  ['metadata', 'spec'],
);
