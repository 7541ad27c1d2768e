import type { ApplicationCondition } from '@plumbline/api';
import { useState } from 'react';
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
        <Condition key={`${condition.type} ${condition.message}`} condition={condition} />
      ))}
    </ul>
  );
}

/** More than about four lines is shown only when asked for, so that what is below stays in sight. */
const shortLength = 420;
const shortLines = 4;

function Condition({ condition }: { readonly condition: ApplicationCondition }) {
  const { type, message, lastTransitionTime } = condition;
  const [open, setOpen] = useState(false);
  const long = message.length > shortLength || message.split('\n').length > shortLines;
  return (
    <li className={cx(styles.condition, toneClass(conditionTone(condition)))}>
      <span className={styles.icon}>
        <Icon name="warning" size={17} />
      </span>
      <strong className={styles.title}>{conditionTitle(type)}</strong>
      <span className={styles.time}>
        {lastTransitionTime === undefined ? null : <Ago at={lastTransitionTime} />}
      </span>
      <p className={cx(styles.message, long && !open && styles.short)}>
        <Message text={message} />
      </p>
      {long ? (
        <button type="button" className={styles.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? messages.showLess : messages.showAll}
        </button>
      ) : null}
    </li>
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
