import type { Application, SyncRequest } from '@plumbline/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { messages } from '../messages.ts';
import { usePlatform } from '../platform/context.ts';
import { useToast } from '../ui/toast.tsx';
import { appKey, applyEvents } from './cache.ts';
import type { ApplicationsState } from './cache.ts';
import { keys } from './queries.ts';
import type { AppId } from './shapes.ts';

/** Puts an answer into the cache at once; the stream will say so a moment later, too. */
function useRemember(): (id: AppId, application: Application) => void {
  const client = useQueryClient();
  return (id, application) => {
    if (application.metadata?.name === undefined) return;
    client.setQueryData(keys.application(id), application);
    client.setQueryData<ApplicationsState>(
      keys.applications,
      (state) => state && applyEvents(state, [{ type: 'MODIFIED', application }]),
    );
  };
}

/** Remembers that the result of a sync is to be told. */
function useAwait(): (id: AppId, application: Application) => void {
  const { awaited } = usePlatform();
  return (id, application) => {
    const key = appKey(id);
    const finishedBefore = application.status?.operationState?.finishedAt;
    awaited.set([...awaited.get().filter((sync) => sync.key !== key), { key, finishedBefore }]);
  };
}

function useFailure(): (title: string) => (error: Error) => void {
  const toast = useToast();
  return (title) => (error) => toast({ tone: 'bad', title, detail: error.message });
}

export function useRefresh() {
  const { api } = usePlatform();
  const client = useQueryClient();
  const toast = useToast();
  const failure = useFailure();
  const remember = useRemember();
  return useMutation({
    mutationFn: ({ id, hard }: { readonly id: AppId; readonly hard: boolean }) =>
      api.application(id, hard ? 'hard' : 'normal'),
    onSuccess(application, { id, hard }) {
      remember(id, application);
      void client.invalidateQueries({ queryKey: keys.managed(id) });
      toast({
        tone: 'good',
        title: hard ? messages.refresh.hardDone(id.name) : messages.refresh.done(id.name),
      });
    },
    onError: (error, { id }) => failure(messages.refresh.failed(id.name))(error),
  });
}

export function useSync() {
  const { api } = usePlatform();
  const toast = useToast();
  const failure = useFailure();
  const remember = useRemember();
  const awaitResult = useAwait();
  return useMutation({
    mutationFn: ({ id, request }: { readonly id: AppId; readonly request: SyncRequest }) =>
      api.sync(id, request),
    onSuccess(application, { id, request }) {
      remember(id, application);
      awaitResult(id, application);
      toast({
        tone: 'busy',
        title:
          request.dryRun === true
            ? messages.syncPanel.dryRunStarted(id.name)
            : messages.syncPanel.started(id.name),
      });
    },
    onError: (error, { id }) => failure(messages.syncPanel.failed(id.name))(error),
  });
}

export function useRollback() {
  const { api } = usePlatform();
  const toast = useToast();
  const failure = useFailure();
  const remember = useRemember();
  const awaitResult = useAwait();
  return useMutation({
    mutationFn: ({
      id,
      historyId,
      prune,
    }: {
      readonly id: AppId;
      readonly historyId: number;
      readonly prune: boolean;
    }) => api.rollback(id, historyId, prune),
    onSuccess(application, { id, historyId }) {
      remember(id, application);
      awaitResult(id, application);
      toast({ tone: 'busy', title: messages.rollback.started(id.name, historyId) });
    },
    onError: (error, { id }) => failure(messages.rollback.failed(id.name))(error),
  });
}

export function useTerminate() {
  const { api } = usePlatform();
  const toast = useToast();
  const failure = useFailure();
  return useMutation({
    mutationFn: (id: AppId) => api.terminate(id),
    onSuccess: (_, id) => toast({ tone: 'busy', title: messages.terminate.started(id.name) }),
    onError: (error, id) => failure(messages.terminate.failed(id.name))(error),
  });
}
