import styles from './check.module.css';

/** A box to tick, with what it means below its name. */
export function Check(props: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label: React.ReactNode;
  readonly hint?: string;
}) {
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span style={{ minWidth: 0 }}>
        {props.label}
        {props.hint === undefined ? null : <span className={styles.hint}>{props.hint}</span>}
      </span>
    </label>
  );
}
