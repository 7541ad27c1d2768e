import type { ResourceNode } from '@plumbline/api';
import { messages } from '../../../messages.ts';
import { healthTone } from '../../../model/status.ts';
import type { GroupItem } from '../../../model/tree.ts';
import { Icon } from '../../../ui/icon.tsx';
import { HealthBadge, HealthIcon, SyncBadge, toneClass } from '../../../ui/status.tsx';
import { Ago } from '../../../ui/time.tsx';
import { KindBadge } from './kind-badge.tsx';
import styles from './node-face.module.css';

/** What a resource shows of itself in the graph. */
export function ResourceFace({ node }: { readonly node: ResourceNode }) {
  return (
    <span className={styles.face}>
      <KindBadge kind={node.kind} className={styles.kind} />
      <span className={styles.body}>
        <span className={styles.top}>
          <NodeName name={node.name} className={styles.name} />
          <Markers node={node} />
        </span>
        <span className={styles.bottom}>
          {node.health === undefined ? null : (
            <HealthBadge health={node.health.status} look="icon" title={node.health.message} />
          )}
          {node.status === undefined ? null : <SyncBadge sync={node.status} look="icon" />}
          <span className={styles.what}>{node.kind}</span>
          {(node.info ?? []).slice(0, 2).map(({ name, value }) => (
            <span key={name} className={styles.info} title={`${name}: ${value}`}>
              {value}
            </span>
          ))}
          {node.createdAt === undefined ? null : <Ago at={node.createdAt} bare />}
        </span>
      </span>
    </span>
  );
}

/** A name that keeps its end when there is no room: the end is where the names of pods differ. */
export function NodeName({
  name,
  className,
}: {
  readonly name: string;
  readonly className: string | undefined;
}) {
  const end = name.lastIndexOf('-');
  const tail = name.length - end <= endLengthMax ? name.slice(end) : '';
  return (
    <span className={className} title={name}>
      <span className={styles.start}>{name.slice(0, name.length - tail.length)}</span>
      {tail}
    </span>
  );
}

const endLengthMax = 12;

/** What is special about a resource: it is a hook, or a sync with pruning would delete it. */
export function Markers({ node }: { readonly node: ResourceNode }) {
  return (
    <>
      {node.hook === true ? (
        <span className={styles.marker} role="img" aria-label={messages.tree.hook} title={messages.tree.hook}>
          <Icon name="hook" size={13} />
        </span>
      ) : null}
      {node.requiresPruning === true ? (
        <span
          className={styles.prune}
          role="img"
          aria-label={messages.tree.prune}
          title={messages.tree.prune}
        >
          <Icon name="trash" size={13} />
        </span>
      ) : null}
    </>
  );
}

/** Many siblings of one kind as one: how many, and how they are. */
export function GroupFace({ group }: { readonly group: GroupItem }) {
  return (
    <span className={styles.face}>
      <KindBadge kind={group.kind} className={styles.kind} />
      <span className={styles.body}>
        <span className={styles.top}>
          <span className={styles.name}>{messages.tree.group(group.kind, group.size)}</span>
        </span>
        <span className={styles.bottom}>
          <span className={styles.scale}>
            {[...group.health].map(([health, count]) => (
              <span key={health} className={toneClass(healthTone(health))} title={messages.health[health]}>
                <HealthIcon health={health} size={12} />
                {count}
              </span>
            ))}
          </span>
        </span>
      </span>
    </span>
  );
}
