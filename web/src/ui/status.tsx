import type { HealthStatusCode, OperationPhase, SyncStatusCode } from '@plumbline/api';
import { messages } from '../messages.ts';
import { healthTone, isRunning, phaseTone, syncTone } from '../model/status.ts';
import type { Tone } from '../model/status.ts';
import { cx } from './cx.ts';
import { Plumb } from './plumb.tsx';
import styles from './status.module.css';

export type StatusLook = 'plain' | 'chip' | 'large' | 'icon';

/** The class that sets `--tone` and `--tone-soft`. */
export function toneClass(tone: Tone): string {
  return styles[tone] ?? '';
}

const heart =
  'M8 14S1.800 10.300 1.800 5.900A3.300 3.300 0 0 1 8 4.400a3.300 3.300 0 0 1 6.200 1.500C14.200 10.300 8 14 8 14Z';

const healthDrawings: Readonly<Record<HealthStatusCode, React.ReactNode>> = {
  Healthy: <path d={heart} fill="currentColor" />,
  Degraded: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d={`${heart}M8.400 3.900 6.500 7l2.700 1.500L7.400 12 11 7.900 8.300 6.500l1.300-2.800z`}
    />
  ),
  Progressing: (
    <g fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round">
      <circle cx="8" cy="8" r="5.600" opacity=".28" />
      <path className={styles.spin} d="M8 2.400a5.600 5.600 0 0 1 5.600 5.600" />
    </g>
  ),
  Suspended: (
    <g fill="none" stroke="currentColor" strokeWidth="1.600" strokeLinecap="round">
      <circle cx="8" cy="8" r="6" />
      <path d="M6.400 5.800v4.400M9.600 5.800v4.400" />
    </g>
  ),
  Missing: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M8 1.500a5.300 5.300 0 0 0-5.300 5.300v7.700l1.900-1.300 1.700 1.300L8 13.200l1.700 1.300 1.700-1.300 1.900 1.300V6.800A5.300 5.300 0 0 0 8 1.500ZM6 5.600a1.100 1.100 0 1 0 0 2.200 1.100 1.100 0 0 0 0-2.200Zm4 0a1.100 1.100 0 1 0 0 2.200 1.100 1.100 0 0 0 0-2.200Z"
    />
  ),
  Unknown: (
    <g fill="none" stroke="currentColor" strokeWidth="1.500" strokeLinecap="round">
      <circle cx="8" cy="8" r="6" strokeDasharray="2.200 2" />
      <path d="M6.500 6.300a1.600 1.600 0 1 1 2.300 1.500c-.5.300-.8.600-.8 1.200M8 11v.1" />
    </g>
  ),
};

export function HealthIcon({
  health,
  size = 15,
}: {
  readonly health: HealthStatusCode;
  readonly size?: number;
}) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {healthDrawings[health] ?? healthDrawings.Unknown}
    </svg>
  );
}

interface BadgeProps {
  readonly look: StatusLook;
  readonly tone: Tone;
  readonly icon: React.ReactNode;
  readonly text: string;
  readonly title?: string | undefined;
}

function Badge({ look, tone, icon, text, title }: BadgeProps) {
  const size = look === 'chip' ? styles.chip : look === 'large' ? styles.large : undefined;
  return (
    <span
      className={cx(styles.status, size, toneClass(tone))}
      title={title ?? (look === 'icon' ? text : undefined)}
    >
      {icon}
      <span className={look === 'icon' ? 'visually-hidden' : undefined}>{text}</span>
    </span>
  );
}

export function HealthBadge(props: {
  readonly health: HealthStatusCode;
  readonly look?: StatusLook;
  readonly title?: string | undefined;
}) {
  const { health, look = 'plain', title } = props;
  const icon = <HealthIcon health={health} size={look === 'large' ? 18 : 15} />;
  return (
    <Badge
      look={look}
      tone={healthTone(health)}
      icon={icon}
      text={messages.health[health] ?? health}
      title={title}
    />
  );
}

export function SyncBadge(props: {
  readonly sync: SyncStatusCode;
  readonly phase?: OperationPhase | undefined;
  readonly look?: StatusLook;
}) {
  const { sync, phase, look = 'plain' } = props;
  const size = look === 'large' ? 19 : 16;
  if (isRunning(phase)) {
    const text = phase === 'Terminating' ? messages.phase.Terminating : messages.syncing;
    return <Badge look={look} tone="busy" icon={<Plumb state="swinging" size={size} />} text={text} />;
  }
  const state = sync === 'Synced' ? 'true' : sync === 'OutOfSync' ? 'deflected' : 'unknown';
  return (
    <Badge
      look={look}
      tone={syncTone(sync)}
      icon={<Plumb state={state} size={size} />}
      text={messages.sync[sync] ?? sync}
    />
  );
}

const phaseMarks: Readonly<Record<Tone, string>> = {
  good: 'M3 8.500l3.400 3.500L13 4.500',
  bad: 'M4 4l8 8M12 4l-8 8',
  busy: '',
  warn: '',
  idle: '',
  unknown: '',
};

export function PhaseBadge({
  phase,
  look = 'plain',
}: {
  readonly phase: OperationPhase;
  readonly look?: StatusLook;
}) {
  const tone = phaseTone(phase);
  const icon =
    tone === 'busy' ? (
      <Plumb state="swinging" size={look === 'large' ? 19 : 16} />
    ) : (
      <svg
        width="15"
        height="15"
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.200"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d={phaseMarks[tone]} />
      </svg>
    );
  return <Badge look={look} tone={tone} icon={icon} text={messages.phase[phase] ?? phase} />;
}
