import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { applicationsQuery } from '../api/queries.ts';
import { messages } from '../messages.ts';
import { resultOf } from '../model/awaited-sync.ts';
import { phaseTone } from '../model/status.ts';
import { usePlatform } from '../platform/context.ts';
import { useStore } from '../platform/store.ts';
import { useToast } from '../ui/toast.tsx';

/** Tells how the syncs ended that were started on this page, wherever one is by then. */
export function SyncResults() {
  const { api, awaited } = usePlatform();
  const waiting = useStore(awaited);
  const toast = useToast();
  const { data } = useQuery({ ...applicationsQuery(api), enabled: waiting.length > 0 });
  useEffect(() => {
    const left = waiting.filter((sync) => {
      const state = resultOf(sync, data?.byKey.get(sync.key));
      if (state === undefined) return true;
      const name = sync.key.slice(sync.key.indexOf('/') + 1);
      toast({
        tone: phaseTone(state.phase),
        title: messages.syncEnded(name, messages.phase[state.phase]),
        detail: state.message,
      });
      return false;
    });
    if (left.length < waiting.length) awaited.set(left);
  }, [waiting, data, toast, awaited]);
  return null;
}
