import type { HealthStatusCode, OperationPhase, SyncStatusCode } from '@plumbline/api';

/** All health states, the most urgent first: the order of bars, chips and sorting. */
export const healthOrder: readonly HealthStatusCode[] = [
  'Degraded',
  'Missing',
  'Unknown',
  'Progressing',
  'Suspended',
  'Healthy',
];

export const syncOrder: readonly SyncStatusCode[] = ['OutOfSync', 'Unknown', 'Synced'];

/** The hue that a state is shown in. Icons and words say the same, so that colour is never alone. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle' | 'unknown';

const healthTones: Readonly<Record<HealthStatusCode, Tone>> = {
  Healthy: 'good',
  Progressing: 'busy',
  Degraded: 'bad',
  Missing: 'warn',
  Suspended: 'idle',
  Unknown: 'unknown',
};

const syncTones: Readonly<Record<SyncStatusCode, Tone>> = {
  Synced: 'good',
  OutOfSync: 'warn',
  Unknown: 'unknown',
};

const phaseTones: Readonly<Record<OperationPhase, Tone>> = {
  Running: 'busy',
  Terminating: 'busy',
  Succeeded: 'good',
  Failed: 'bad',
  Error: 'bad',
};

export function healthTone(health: HealthStatusCode): Tone {
  return healthTones[health] ?? 'unknown';
}

export function syncTone(sync: SyncStatusCode): Tone {
  return syncTones[sync] ?? 'unknown';
}

export function phaseTone(phase: OperationPhase): Tone {
  return phaseTones[phase] ?? 'unknown';
}

export function isRunning(phase: OperationPhase | undefined): boolean {
  return phase === 'Running' || phase === 'Terminating';
}

/** The hue of an application as a whole: that of its health, but what is healthy and not as Git says is not well. */
export function overallTone(health: HealthStatusCode, sync: SyncStatusCode): Tone {
  return health === 'Healthy' && sync === 'OutOfSync' ? 'warn' : healthTone(health);
}
