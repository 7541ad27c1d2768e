import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { boxSize } from '../../../model/tree-layout.ts';
import type { Box, Layout } from '../../../model/tree-layout.ts';

interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface CanvasControl {
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  /** Moves just as far as is needed for a box to be in sight. */
  readonly show: (box: Box) => void;
  /** Keeps a box where it is on the screen while the layout changes around it. */
  readonly hold: (key: string) => void;
}

const scaleMin = 0.25;
const scaleMax = 2;
/** A fit does not shrink texts below legibility; what does not fit then is reached by dragging. */
const fitScaleMin = 0.62;
const fitScaleMax = 1.2;
const margin = 28;
const dragStart = 4;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

function fitted(frame: HTMLElement, layout: Layout): View {
  const { clientWidth: width, clientHeight: height } = frame;
  const whole = Math.min((width - 2 * margin) / layout.width, (height - 2 * margin) / layout.height);
  const scale = clamp(whole, fitScaleMin, fitScaleMax);
  const root = layout.boxes[0];
  const fitsX = layout.width * scale <= width - margin;
  const fitsY = layout.height * scale <= height - margin;
  return {
    scale,
    x: fitsX ? Math.min(margin * 2, (width - layout.width * scale) / 2) : margin,
    y: fitsY
      ? Math.max(margin, Math.min((height - layout.height * scale) / 2, margin * 3))
      : Math.min(margin, height / 2 - ((root?.y ?? 0) + boxSize.height / 2) * scale),
  };
}

/** Dragging and zooming. The view is written straight to the style, so that a drag renders nothing. */
export function useCanvas(
  frame: React.RefObject<HTMLDivElement | null>,
  canvas: React.RefObject<HTMLDivElement | null>,
  layout: Layout,
): CanvasControl {
  const view = useRef<View>({ x: margin, y: margin, scale: 1 });
  const touched = useRef(false);
  const latest = useRef(layout);
  const held = useRef<string | undefined>(undefined);

  const control = useMemo(() => {
    const set = (next: View): void => {
      view.current = next;
      const style = canvas.current?.style;
      if (style !== undefined) style.transform = `translate(${next.x}px, ${next.y}px) scale(${next.scale})`;
    };
    const zoomAt = (factor: number, x: number, y: number): void => {
      const scale = clamp(view.current.scale * factor, scaleMin, scaleMax);
      const ratio = scale / view.current.scale;
      touched.current = true;
      set({ scale, x: x - (x - view.current.x) * ratio, y: y - (y - view.current.y) * ratio });
    };
    const pan = (x: number, y: number): void => {
      touched.current = true;
      set({ ...view.current, x: view.current.x + x, y: view.current.y + y });
    };
    return {
      set,
      zoomAt,
      pan,
      zoom: (factor: number) =>
        zoomAt(factor, (frame.current?.clientWidth ?? 0) / 2, (frame.current?.clientHeight ?? 0) / 2),
      fit() {
        touched.current = false;
        if (frame.current !== null) set(fitted(frame.current, latest.current));
      },
      hold(key: string) {
        held.current = key;
      },
      show(box: Box) {
        const { clientWidth = 0, clientHeight = 0 } = frame.current ?? {};
        const { scale, x, y } = view.current;
        const left = box.x * scale + x;
        const top = box.y * scale + y;
        const overX = Math.max(0, left + boxSize.width * scale + margin - clientWidth);
        const overY = Math.max(0, top + boxSize.height * scale + margin - clientHeight);
        const moveX = left < margin ? margin - left : -overX;
        const moveY = top < margin ? margin - top : -overY;
        if (moveX !== 0 || moveY !== 0) pan(moveX, moveY);
      },
    };
  }, [frame, canvas]);

  useLayoutEffect(() => {
    const before = latest.current.boxes.find(({ key }) => key === held.current);
    const after = layout.boxes.find(({ key }) => key === held.current);
    latest.current = layout;
    held.current = undefined;
    if (before !== undefined && after !== undefined) {
      const { scale } = view.current;
      control.pan((before.x - after.x) * scale, (before.y - after.y) * scale);
      return;
    }
    // Whoever has moved the view keeps it; otherwise the whole tree stays in sight as it grows.
    if (!touched.current) control.fit();
  }, [layout, control]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (!touched.current) control.fit();
    });
    observer.observe(element);
    const stop = listen(element, control);
    return () => {
      observer.disconnect();
      stop();
    };
  }, [frame, control]);

  return control;
}

interface Moves {
  readonly pan: (x: number, y: number) => void;
  readonly zoomAt: (factor: number, x: number, y: number) => void;
}

function listen(element: HTMLElement, { pan, zoomAt }: Moves): () => void {
  let from: { readonly x: number; readonly y: number } | undefined;
  let dragging = false;
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY };
    dragging = false;
  };
  const move = (event: PointerEvent): void => {
    if (from === undefined) return;
    const x = event.clientX - from.x;
    const y = event.clientY - from.y;
    if (!dragging && Math.hypot(x, y) < dragStart) return;
    if (!dragging) {
      dragging = true;
      // The capture also keeps the end of a drag from counting as a click on a box.
      element.setPointerCapture(event.pointerId);
      element.dataset['panning'] = '';
    }
    pan(x, y);
    from = { x: event.clientX, y: event.clientY };
  };
  const up = (): void => {
    from = undefined;
    delete element.dataset['panning'];
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) return pan(-event.deltaX, -event.deltaY);
    const area = element.getBoundingClientRect();
    zoomAt(Math.exp(-event.deltaY / 300), event.clientX - area.left, event.clientY - area.top);
  };
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('wheel', wheel);
  };
}
