import { kindBadge } from '../../../model/kinds.ts';
import type { KindFamily } from '../../../model/kinds.ts';

const hues: Readonly<Record<KindFamily, number>> = {
  workload: 250,
  network: 300,
  config: 75,
  storage: 195,
  access: 20,
  other: 340,
};

/** A kind's short name in the hue of its family. The name itself stands beside it, so this is only for the eye. */
export function KindBadge({
  kind,
  className,
}: {
  readonly kind: string;
  readonly className?: string | undefined;
}) {
  const { text, family } = kindBadge(kind);
  const hue = hues[family];
  const color = `light-dark(oklch(0.42 0.09 ${hue}), oklch(0.83 0.07 ${hue}))`;
  return (
    <span className={className} style={{ color }} aria-hidden="true">
      {text}
    </span>
  );
}
