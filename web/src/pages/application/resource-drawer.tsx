import type { ManagedResource, ResourceNode } from '@plumbline/api';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { eventsQuery, managedQuery, manifestQuery, treeQuery } from '../../api/queries.ts';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { isAbsent, isDrifted, parseManifest } from '../../model/manifest.ts';
import { healthTone } from '../../model/status.ts';
import { resourceIdOf, resourceKey } from '../../model/tree.ts';
import { toYaml } from '../../model/yaml.ts';
import { usePlatform } from '../../platform/context.ts';
import { YamlView } from '../../ui/code.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { cx } from '../../ui/cx.ts';
import { Failure, Loading, Notice } from '../../ui/notice.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { HealthBadge, SyncBadge, toneClass } from '../../ui/status.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Ago } from '../../ui/time.tsx';
import { EventTable } from './event-table.tsx';
import styles from './resource-drawer.module.css';
import { KindBadge } from './tree/kind-badge.tsx';

const ResourceDiff = lazy(() => import('./diff/resource-diff.tsx'));

type Tab = 'live' | 'desired' | 'diff' | 'events';

interface DrawerProps {
  readonly id: AppId;
  readonly nodeKey: string;
  readonly onClose: () => void;
}

/** Everything about one resource. */
export function ResourceDrawer({ id, nodeKey, onClose }: DrawerProps) {
  const { api } = usePlatform();
  const tree = useQuery(treeQuery(api, id));
  const managed = useQuery(managedQuery(api, id));
  const node = tree.data?.nodes.find((candidate) => resourceKey(candidate) === nodeKey);
  const resource = managed.data?.find((candidate) => resourceKey(candidate) === nodeKey);
  const [, kind = '', namespace = '', name = nodeKey] = nodeKey.split('/');
  return (
    <Sheet
      open
      onClose={onClose}
      look="wide"
      flush
      title={
        <span className={styles.title}>
          <KindBadge kind={kind} className={styles.kind} />
          {name}
        </span>
      }
      subtitle={
        <div className={styles.states}>
          <span>
            {kind}
            {namespace === '' ? '' : ` · ${namespace}`}
          </span>
          {node?.health === undefined ? null : <HealthBadge health={node.health.status} />}
          {node?.status === undefined ? null : <SyncBadge sync={node.status} />}
        </div>
      }
    >
      {node === undefined && resource === undefined ? (
        tree.isPending || managed.isPending ? (
          <Loading what={messages.loading} />
        ) : (
          <Notice state="unknown" title={messages.resource.gone} children={messages.resource.goneWhat} />
        )
      ) : (
        <Details id={id} node={node} resource={resource} />
      )}
    </Sheet>
  );
}

interface DetailsProps {
  readonly id: AppId;
  readonly node: ResourceNode | undefined;
  readonly resource: ManagedResource | undefined;
}

function Details({ id, node, resource }: DetailsProps) {
  const [tab, setTab] = useState<Tab>(resource !== undefined && isDrifted(resource) ? 'diff' : 'live');
  const names = messages.resource.tabs;
  const tabs: readonly (readonly [Tab, string])[] =
    resource === undefined
      ? [
          ['live', names.live],
          ['events', names.events],
        ]
      : [
          ['live', names.live],
          ['desired', names.desired],
          ['diff', names.diff],
          ['events', names.events],
        ];
  return (
    <>
      {node?.health?.message === undefined || node.health.message === '' ? null : (
        <p className={cx(styles.message, toneClass(healthTone(node.health.status)))}>{node.health.message}</p>
      )}
      <Facts node={node} resource={resource} />
      <Tabs label={messages.resource.label} tabs={tabs} current={tab} onChange={setTab}>
        {tab === 'live' ? <LivePanel id={id} node={node} resource={resource} /> : null}
        {tab === 'desired' ? (
          <ManifestPanel
            text={resource?.targetState}
            absent={messages.resource.notDesired}
            label={names.desired}
          />
        ) : null}
        {tab === 'diff' && resource !== undefined ? (
          <Suspense fallback={<Loading what={messages.loading} />}>
            <ResourceDiff resource={resource} look="inline" />
          </Suspense>
        ) : null}
        {tab === 'events' ? <EventsPanel id={id} node={node} /> : null}
      </Tabs>
    </>
  );
}

function Facts({ node, resource }: Omit<DetailsProps, 'id'>) {
  const texts = messages.resource;
  const facts: (readonly [string, React.ReactNode])[] = [];
  if (node?.createdAt !== undefined) facts.push([texts.created, <Ago key="created" at={node.createdAt} />]);
  if (resource?.origin !== undefined) {
    facts.push([texts.origin, <code key="origin">{`${resource.origin.file}:${resource.origin.line}`}</code>]);
  }
  for (const { name, value } of node?.info ?? []) facts.push([name, value]);
  if (node?.images !== undefined && node.images.length > 0)
    facts.push([texts.images, <code key="images">{node.images.join(', ')}</code>]);
  if (node?.hook === true) facts.push([texts.hook, messages.tree.hook]);
  if (node?.requiresPruning === true) facts.push([texts.prune, messages.tree.prune]);
  if (facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function LivePanel({ id, node, resource }: DetailsProps) {
  const { api } = usePlatform();
  const target = node ?? {
    group: resource?.group ?? '',
    version: '',
    kind: resource?.kind ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
  };
  const exists = node?.uid !== undefined || !isAbsent(resource?.liveState);
  const query = useQuery({
    ...manifestQuery(api, id, resourceIdOf(target), node?.resourceVersion),
    enabled: exists,
  });
  const text = exists ? (query.data ?? (query.isError ? resource?.liveState : undefined)) : '';
  if (text === undefined && query.isError)
    return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (text === undefined) return <Loading what={messages.loading} />;
  return <ManifestPanel text={text} absent={messages.resource.notLive} label={messages.resource.tabs.live} />;
}

function ManifestPanel({
  text,
  absent,
  label,
}: {
  readonly text: string | undefined;
  readonly absent: string;
  readonly label: string;
}) {
  const value = parseManifest(text);
  if (value === undefined) return <Notice state="deflected" title={absent} />;
  return (
    <>
      <div className={styles.bar}>
        <CopyButton text={() => toYaml(value)} />
      </div>
      <YamlView value={value} label={label} />
    </>
  );
}

function EventsPanel({ id, node }: { readonly id: AppId; readonly node: ResourceNode | undefined }) {
  const { api } = usePlatform();
  const of = { name: node?.name ?? '', namespace: node?.namespace ?? '', uid: node?.uid ?? '' };
  const query = useQuery({ ...eventsQuery(api, id, of), enabled: node?.uid !== undefined });
  if (node?.uid === undefined) return <Notice state="unknown" title={messages.events.none} />;
  if (query.isPending) return <Loading what={messages.loading} />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.length === 0)
    return <Notice state="true" title={messages.events.none} children={messages.events.noneForObject} />;
  return <EventTable events={query.data} />;
}
