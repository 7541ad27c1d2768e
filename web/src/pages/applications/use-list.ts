import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { FoundRow } from '../../model/filters.ts';

/** The inner width of an element, kept current. */
export function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const watched = element.current;
    if (watched === null) return;
    setWidth(watched.clientWidth);
    const observer = new ResizeObserver(() => setWidth(watched.clientWidth));
    observer.observe(watched);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

export function useIsNarrow(element: React.RefObject<HTMLElement | null>, limit: number): boolean {
  const width = useWidth(element);
  return width > 0 && width <= limit;
}

/** Brings the selected application into sight and gives its link the focus, as the arrow keys of a list do. */
export function useFocusSelected(
  scroll: React.RefObject<HTMLElement | null>,
  found: readonly FoundRow[],
  selected: string | undefined,
  scrollTo: (index: number) => void,
): void {
  const latest = useRef({ found, scrollTo });
  useEffect(() => {
    latest.current = { found, scrollTo };
  });
  useEffect(() => {
    if (selected === undefined) return;
    const find = (): HTMLElement | null | undefined =>
      scroll.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(selected)}"]`);
    if (scroll.current?.contains(document.activeElement) === true && find() === document.activeElement)
      return;
    latest.current.scrollTo(latest.current.found.findIndex(({ row }) => row.key === selected));
    // The row may exist only after the scrolling has been rendered.
    const frame = requestAnimationFrame(() => find()?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, [selected, scroll]);
}
