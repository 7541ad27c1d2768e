import type { ManagedResource } from '@plumbline/api';
import { useMemo } from 'react';
import { messages } from '../../../messages.ts';
import { countChanges, diffRows } from '../../../model/diff-rows.ts';
import type { DiffRow } from '../../../model/diff-rows.ts';
import { isAbsent, parseManifest } from '../../../model/manifest.ts';
import { Notice } from '../../../ui/notice.tsx';
import { DiffView } from './diff-view.tsx';
import type { DiffLook } from './diff-view.tsx';

/** The rows of a managed resource: its live state against what a sync would make of it. */
export function useResourceDiff(resource: ManagedResource): readonly DiffRow[] {
  const { normalizedLiveState, liveState, predictedLiveState, targetState } = resource;
  return useMemo(() => {
    const desired = isAbsent(targetState) ? undefined : parseManifest(predictedLiveState || targetState);
    return diffRows(parseManifest(normalizedLiveState || liveState), desired);
  }, [normalizedLiveState, liveState, predictedLiveState, targetState]);
}

/** The diff of one resource, for the drawer. */
export default function ResourceDiff({
  resource,
  look,
}: {
  readonly resource: ManagedResource;
  readonly look: DiffLook;
}) {
  const rows = useResourceDiff(resource);
  const { added, removed } = countChanges(rows);
  if (added + removed === 0)
    return <Notice state="true" tone="good" title={messages.diff.same} children={messages.diff.sameWhat} />;
  return (
    <div style={{ flex: 1, overflow: 'auto' }} tabIndex={0} role="region" aria-label={messages.tabs.diff}>
      <DiffView rows={rows} look={look} />
    </div>
  );
}
