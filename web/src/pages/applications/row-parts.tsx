import type { SyncStatusCode } from '@plumbline/api';
import type { ApplicationRow } from '../../model/application-row.ts';

/** Marks the letters that a search matched. */
export function Matched({
  text,
  positions,
}: {
  readonly text: string;
  readonly positions: readonly number[];
}) {
  if (positions.length === 0) return text;
  const hits = new Set(positions);
  return text.split('').map((letter, index) =>
    hits.has(index) ? (
      <mark key={index} style={{ background: 'none', color: 'var(--accent)', fontWeight: 700 }}>
        {letter}
      </mark>
    ) : (
      letter
    ),
  );
}

const paths: Readonly<Record<SyncStatusCode, string>> = {
  Synced: 'M8 0V48',
  OutOfSync: 'M8 0V7L15 24 8 41V48',
  Unknown: 'M8 0V48',
};

/** The line that runs down the whole list: straight through what is true, bent where the cluster differs from Git. */
export function RowLine({
  row,
  className,
}: {
  readonly row: ApplicationRow;
  readonly className?: string | undefined;
}) {
  return (
    <svg
      className={className}
      viewBox="0 0 18 48"
      width="18"
      height="100%"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path
        d={paths[row.sync] ?? paths.Unknown}
        fill="none"
        stroke="currentColor"
        strokeWidth={row.sync === 'Synced' ? 1.5 : 2}
        strokeDasharray={row.sync === 'Unknown' ? '3 3' : undefined}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
