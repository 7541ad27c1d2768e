import { cx } from './cx.ts';
import styles from './plumb.module.css';

/** How the line hangs: true, deflected from the true, still swinging, or not known. */
export type PlumbState = 'true' | 'deflected' | 'swinging' | 'unknown';

/**
 * The sign of the house, which is also what it says: a line that hangs straight where the cluster is as Git has it,
 * and beside the (dotted) true line where it is not.
 */
export function Plumb({ state, size = 16 }: { readonly state: PlumbState; readonly size?: number }) {
  const motion =
    state === 'deflected' ? styles.deflected : state === 'swinging' ? styles.swinging : undefined;
  return (
    <svg className={styles.mark} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {state === 'deflected' || state === 'swinging' ? (
        <path d="M8 1v14" stroke="currentColor" strokeWidth="1" strokeDasharray="1.4 1.8" opacity=".65" />
      ) : null}
      <path d="M4.5 1h7" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      <g className={cx(styles.swing, motion)}>
        <path
          d="M8 1v6"
          stroke="currentColor"
          strokeWidth="1.3"
          strokeDasharray={state === 'unknown' ? '1.5 1.5' : undefined}
        />
        <path
          d="M6 6.800h4l1.900 3.100L8 15.800 4.100 9.900z"
          fill={state === 'unknown' ? 'none' : 'currentColor'}
          stroke="currentColor"
          strokeWidth={state === 'unknown' ? 1 : 0}
          strokeLinejoin="round"
        />
      </g>
    </svg>
  );
}
