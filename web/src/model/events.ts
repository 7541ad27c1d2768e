import type { EventItem } from '../api/shapes.ts';

/** When an event was last seen, by whichever of the API's time fields its writer filled in; 0: unknown. */
export function eventTime(event: EventItem): number {
  const text =
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.firstTimestamp ??
    event.metadata.creationTimestamp;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? 0 : time;
}

export function eventCount(event: EventItem): number {
  return event.series?.count ?? event.count ?? 1;
}

/** The newest first. Times are whole seconds, so that within one the order is that in which events were written. */
export function sortEvents(events: readonly EventItem[]): readonly EventItem[] {
  return [...events].sort(
    (a, b) =>
      eventTime(b) - eventTime(a) ||
      versionOf(b) - versionOf(a) ||
      a.metadata.name.localeCompare(b.metadata.name),
  );
}

function versionOf(event: EventItem): number {
  return Number(event.metadata.resourceVersion ?? '') || 0;
}
