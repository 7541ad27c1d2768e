import { useQuery } from '@tanstack/react-query';
import { eventsQuery } from '../../api/queries.ts';
import type { AppId } from '../../api/shapes.ts';
import { messages } from '../../messages.ts';
import { usePlatform } from '../../platform/context.ts';
import { Failure, Loading, Notice } from '../../ui/notice.tsx';
import { EventTable } from './event-table.tsx';

export function EventsTab({ id }: { readonly id: AppId }) {
  const { api } = usePlatform();
  const query = useQuery(eventsQuery(api, id));
  if (query.isPending) return <Loading what={messages.loading} />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data.length === 0)
    return <Notice state="true" title={messages.events.none} children={messages.events.noneWhat} />;
  return <EventTable events={query.data} />;
}
