import { messages } from '../messages.ts';
import { formatAge } from '../model/format.ts';
import { useClockText } from '../platform/context.ts';

/** How long ago, kept true while it is shown; the exact time is the hint. */
export function Ago({
  at,
  bare = false,
}: {
  readonly at: string | number | undefined;
  readonly bare?: boolean;
}) {
  const time = typeof at === 'number' ? at : Date.parse(at ?? '');
  const text = useClockText((now) => formatAge(now - time));
  if (Number.isNaN(time) || time === 0) return <span>{messages.never}</span>;
  const date = new Date(time);
  return (
    <time
      dateTime={date.toISOString()}
      title={date.toLocaleString()}
      style={{ fontVariantNumeric: 'tabular-nums' }}
    >
      {bare ? text : messages.ago(text)}
    </time>
  );
}
