import type { KubeObject } from '@plumbline/api';
import { keyOf } from '@plumbline/api';
import { describe, expect, it } from 'vitest';
import { createOverlay } from './overlay.ts';

const configMap = (uid: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', uid, resourceVersion },
});

describe('what this process knows before the watch tells it', () => {
  it('is the answer to a write until the watch has caught up', () => {
    const overlay = createOverlay(
      () => undefined,
      () => 0,
    );
    const made = configMap('u1', '7');
    overlay.wrote(made);
    expect(overlay.newest(keyOf(made), undefined)).toBe(made);
    overlay.heard({ type: 'added', object: made });
    expect(overlay.newest(keyOf(made), undefined)).toBeUndefined();
  });

  it('is nothing where the watch has seen the object go before the answer came', () => {
    const overlay = createOverlay(
      () => undefined,
      () => 0,
    );
    const made = configMap('u1', '7');
    overlay.heard({ type: 'deleted', object: configMap('u1', '8'), previous: made });
    overlay.wrote(made);
    expect(overlay.newest(keyOf(made), undefined)).toBeUndefined();
    const next = configMap('u2', '9');
    overlay.wrote(next);
    expect(overlay.newest(keyOf(next), undefined)).toBe(next);
  });

  it('forgets what has gone long ago, and answers that no watch ever confirms', () => {
    let now = 0;
    const overlay = createOverlay(
      () => undefined,
      () => now,
    );
    const made = configMap('u1', '7');
    overlay.wrote(made);
    now = 15_001;
    expect(overlay.newest(keyOf(made), undefined)).toBeUndefined();
  });
});
