import type { ApplicationCondition } from '@plumbline/api';
import { messages } from '../../messages.ts';
import { conditionTitle, conditionTone, messageParts } from '../../model/conditions.ts';
import { cx } from '../../ui/cx.ts';
import { Icon } from '../../ui/icon.tsx';
import { toneClass } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './conditions.module.css';

/** What is wrong with the application, where one cannot miss it; files that a message names stand out. */
export function Conditions({ conditions }: { readonly conditions: readonly ApplicationCondition[] }) {
  if (conditions.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={messages.conditions}>
      {conditions.map((condition) => (
        <li
          key={`${condition.type} ${condition.message}`}
          className={cx(styles.condition, toneClass(conditionTone(condition)))}
        >
          <span className={styles.icon}>
            <Icon name="warning" size={17} />
          </span>
          <strong className={styles.title}>{conditionTitle(condition.type)}</strong>
          <span className={styles.time}>
            {condition.lastTransitionTime === undefined ? null : <Ago at={condition.lastTransitionTime} />}
          </span>
          <p className={styles.message}>
            <Message text={condition.message} />
          </p>
        </li>
      ))}
    </ul>
  );
}

export function Message({ text }: { readonly text: string }) {
  return messageParts(text).map((part, index) =>
    part.type === 'place' ? (
      <code key={index} className={styles.place}>
        {part.text}
      </code>
    ) : (
      part.text
    ),
  );
}
