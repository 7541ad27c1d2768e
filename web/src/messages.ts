const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** All texts of the pages. */
export const messages = {
  product: 'Plumbline',
  motto: 'Keeps clusters true to Git.',
  pageTitle: (page: string) => `${page} · Plumbline`,
  skipToContent: 'Skip to content',
  navigation: 'Main',
  breadcrumb: 'Where this is',
  home: 'Plumbline, all applications',
  applications: 'Applications',
  actions: 'Actions',
  notifications: 'Notifications',
  loading: 'Loading…',
  loadingApplications: 'Loading applications…',
  tryAgain: 'Try again',
  reload: 'Reload the page',
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  copy: 'Copy',
  copied: 'Copied',
  copyHint: 'Press to copy',
  revisionCopied: 'Revision copied',
  never: 'never',
  ago: (age: string) => `${age} ago`,
  countOf: (count: number, all: number) => `${count} of ${all}`,
  syncing: 'Syncing',
  syncEnded: (name: string, phase: string) => `Sync of ${name}: ${phase.toLowerCase()}`,
  deleting: 'Being deleted',
  project: 'Project',
  cluster: 'Cluster',
  version: 'Version',
  signOut: 'Sign out',
  signOutFailed: 'Could not sign out',
  account: (user: string) => `Account: ${user}`,
  autoSync: 'auto-sync',
  manualSync: 'manual',
  syncFailed: 'sync failed',
  hasErrors: 'has errors',
  syncOf: (name: string) => `Sync ${name}`,
  refreshOf: (name: string) => `Refresh ${name}`,
  conditions: 'Conditions',
  showAll: 'Show all of it',
  showLess: 'Show less',

  health: {
    Healthy: 'Healthy',
    Progressing: 'Progressing',
    Degraded: 'Degraded',
    Suspended: 'Suspended',
    Missing: 'Missing',
    Unknown: 'Unknown',
  },
  sync: { Synced: 'Synced', OutOfSync: 'OutOfSync', Unknown: 'Unknown' },
  phase: {
    Running: 'Running',
    Terminating: 'Terminating',
    Succeeded: 'Succeeded',
    Failed: 'Failed',
    Error: 'Error',
  },
  columns: {
    name: 'Name',
    project: 'Project',
    health: 'Health',
    sync: 'Sync',
    source: 'Source',
    destination: 'Destination',
    synced: 'Last sync',
  },
  search: { label: 'Search applications', placeholder: 'Search' },
  sort: { label: 'Sort by', by: (column: string) => `Sorted by ${column.toLowerCase()}` },
  view: { label: 'View', table: 'Table', tiles: 'Tiles', graph: 'Graph', list: 'List' },
  theme: { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' },
  connection: {
    connecting: { name: '…', hint: 'Connecting to the server' },
    live: { name: 'Live', hint: 'Connected: what you see is what is' },
    reconnecting: { name: 'Lost', hint: 'The connection is lost; what you see may be old. Trying again.' },
  },

  signIn: {
    title: 'Sign in',
    busy: 'Signing in…',
    username: 'Username',
    password: 'Password',
    refused: 'Wrong username or password.',
    tooMany: 'Too many attempts. Wait a moment and try again.',
    unreachable: 'The server does not answer. Is it running?',
    hint: 'The first password is printed when the server starts.',
  },

  notFound: { title: 'There is nothing at this address', what: 'Press g then a for all applications.' },
  nothingFound: {
    title: 'No application matches',
    what: 'All of them are hidden by the search or the filters.',
    clear: 'Clear search and filters',
  },
  firstApplication: {
    title: 'No applications yet',
    lead: 'An application says which folder of which Git repository should be true in which namespace. As soon as there is one, it appears here.',
    ways: [
      {
        title: 'Push manifests to the embedded Git server',
        what: 'Its address is "git" in endpoints.json of the data folder. A push to a new path makes the repository.',
        code: 'GIT=$(jq -r .git ~/.plumbline/endpoints.json)\ngit remote add plumbline "$GIT/mono.git"\ngit push plumbline HEAD:main',
      },
      {
        title: 'Then apply an Application',
        what: 'The kubeconfig is named there too. Any Application written for Argo CD works as it is.',
        code: `export KUBECONFIG=$(jq -r .kubeconfig ~/.plumbline/endpoints.json)
kubectl apply -f - <<EOF
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: guestbook
  namespace: argocd
spec:
  project: default
  source:
    repoURL: $GIT/mono.git
    path: apps/guestbook
    targetRevision: main
  destination:
    server: https://kubernetes.default.svc
    namespace: guestbook
  syncPolicy:
    automated: { prune: true, selfHeal: true }
    syncOptions: [CreateNamespace=true]
EOF`,
      },
    ],
  },
  failure: {
    unreachable: {
      title: 'The server does not answer',
      what: 'Check that it is running and that this machine can reach it. Nothing you did is lost.',
    },
    missing: {
      title: 'Not here, or not for you',
      what: 'It was deleted or renamed, or your role may not see it. The server does not tell which, on purpose.',
    },
    other: { title: 'The server could not answer', what: 'Its words are below; its log says more.' },
    page: { title: 'This page has failed', what: 'That is our mistake. The others still work.' },
  },

  tabs: {
    label: 'Views of the application',
    tree: 'Tree',
    diff: 'Diff',
    events: 'Events',
    history: 'History',
    manifest: 'Manifest',
  },
  status: {
    label: 'Status',
    health: 'App health',
    since: 'since',
    sync: 'Sync status',
    to: 'to',
    from: 'from',
    lastSync: 'Last sync',
    neverSynced: 'Never synced',
    details: 'Show the result',
    automated: 'auto-sync',
    source: 'Source and destination',
    into: 'into',
    policy: { auto: 'Auto-sync', manual: 'Manual sync', prune: 'Prune', selfHeal: 'Self-heal' },
  },
  refresh: {
    action: 'Refresh',
    hard: 'Hard refresh',
    more: 'More ways to refresh',
    hint: 'Compare with Git again (r)',
    done: (name: string) => `${name} refreshed`,
    hardDone: (name: string) => `${name} refreshed, caches left aside`,
    failed: (name: string) => `${name} could not be refreshed`,
  },
  terminate: {
    action: 'Terminate',
    started: (name: string) => `Stopping the sync of ${name}`,
    failed: (name: string) => `The sync of ${name} could not be stopped`,
  },
  syncPanel: {
    action: 'Sync',
    hint: 'Choose how to sync (s)',
    title: (name: string) => `Sync ${name}`,
    revision: 'Revision',
    how: 'How',
    prune: { name: 'Prune', what: 'Delete what Git no longer has' },
    dryRun: { name: 'Dry run', what: 'Say what would happen, change nothing' },
    force: { name: 'Force', what: 'Delete and create anew where a change is refused' },
    applyOnly: { name: 'Apply only', what: 'Run no hooks' },
    resources: 'Resources',
    all: 'All',
    outOfSync: 'Out of sync',
    none: 'None',
    start: 'Synchronize',
    startDryRun: 'Start dry run',
    started: (name: string) => `Syncing ${name}`,
    dryRunStarted: (name: string) => `Dry run of ${name} started`,
    failed: (name: string) => `${name} could not be synced`,
  },
  operation: {
    title: 'Sync result',
    message: 'Message',
    started: 'Started',
    took: 'Took',
    by: 'Started by',
    revision: 'Revision',
    retries: 'Retries',
    columns: { resource: 'Resource', result: 'Result', phase: 'Phase', message: 'Message' },
  },
  rollback: {
    action: 'Roll back',
    actionFor: (id: number) => `Roll back to ${id}`,
    title: (name: string) => `Roll ${name} back`,
    what: (id: number, revision: string) =>
      `Brings back what was deployed as number ${id}, revision ${revision}.`,
    autoSync:
      'Auto-sync is on: it would bring the newest revision back, so the server may refuse. Switch it off first.',
    started: (name: string, id: number) => `Rolling ${name} back to ${id}`,
    failed: (name: string) => `${name} could not be rolled back`,
  },
  tree: {
    label: 'Resources of the application',
    none: 'No resources yet',
    noneWhat:
      'Nothing has been synced, or nothing could be rendered. Conditions above say why, if there is a fault.',
    hook: 'A hook: runs during a sync',
    prune: 'Git no longer has it: a sync with prune deletes it',
    group: (kind: string, size: number) => `${size} × ${kind}`,
    zoom: 'Zoom',
    smaller: 'Smaller (−)',
    larger: 'Larger (+)',
    fit: 'Fit (0)',
    columns: { name: 'Name', kind: 'Kind', health: 'Health', sync: 'Sync', age: 'Age' },
  },
  diff: {
    inSync: 'In sync',
    inSyncWhat: (count: number) => `${plural(count, 'resource is', 'resources are')} exactly as Git says.`,
    drifted: (count: number) =>
      `${plural(count, 'resource differs', 'resources differ')}: live on the left, desired on the right`,
    split: 'Side by side',
    inline: 'Inline',
    same: 'No difference',
    sameWhat: 'This resource is exactly as Git says.',
    missing: 'not in the cluster yet',
    extra: 'no longer in Git',
    origin: 'Where the desired state is written',
    folded: (count: number) => `${plural(count, 'equal line', 'equal lines')}`,
  },
  events: {
    none: 'No events',
    noneWhat: 'Kubernetes keeps events for about an hour; nothing has happened since.',
    noneForObject: 'Nothing has been reported about this resource lately.',
    columns: { reason: 'Reason', object: 'Object', message: 'Message', count: 'Count', seen: 'Last seen' },
  },
  history: {
    none: 'Nothing deployed yet',
    noneWhat: 'Each full sync that succeeds is kept here and can be rolled back to.',
    current: 'current',
    columns: {
      id: 'Id',
      revision: 'Revision',
      commit: 'Commit',
      deployed: 'Deployed',
      took: 'Took',
      by: 'By',
    },
  },
  manifest: { withStatus: 'Show status' },
  resource: {
    label: 'About this resource',
    tabs: { live: 'Live', desired: 'Desired', diff: 'Diff', events: 'Events' },
    gone: 'This resource is gone',
    goneWhat: 'It was deleted since the link to it was made.',
    notLive: 'Not in the cluster',
    notDesired: 'Not in Git',
    created: 'Created',
    origin: 'Written in',
    images: 'Images',
    hook: 'Hook',
    prune: 'Prune',
  },

  help: {
    title: 'Keyboard',
    groups: [
      {
        name: 'Everywhere',
        keys: [
          ['g a', 'All applications'],
          ['?', 'This help'],
          ['Esc', 'Close, or back'],
        ],
      },
      {
        name: 'List',
        keys: [
          ['/', 'Search'],
          ['j', 'Next'],
          ['k', 'Previous'],
          ['Enter', 'Open'],
        ],
      },
      {
        name: 'Application',
        keys: [
          ['s', 'Sync'],
          ['r', 'Refresh'],
          ['R', 'Hard refresh'],
          ['1 – 5', 'Tabs'],
        ],
      },
      {
        name: 'Tree',
        keys: [
          ['← ↑ ↓ →', 'Move'],
          ['Enter', 'Open resource'],
          ['Space', 'Fold or unfold'],
          ['+ − 0', 'Zoom, fit'],
        ],
      },
    ] as readonly { readonly name: string; readonly keys: readonly (readonly [string, string])[] }[],
  },
} as const;
