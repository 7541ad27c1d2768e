import { useEffect, useRef } from 'react';

/** Keys by what they do: `j`, `/`, `?`, `Enter`, or two in a row: `g a`. */
export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

export const chordMs = 900;

export interface Chord {
  readonly key: string;
  readonly at: number;
}

/** Which binding a key press means, given the key before it; or the beginning of one. */
export function resolveHotkey(
  names: readonly string[],
  pending: Chord | undefined,
  key: string,
  now: number,
): { readonly name?: string; readonly pending?: Chord } {
  if (pending !== undefined && now - pending.at <= chordMs) {
    const chord = `${pending.key} ${key}`;
    if (names.includes(chord)) return { name: chord };
  }
  if (names.includes(key)) return { name: key };
  return names.some((name) => name.startsWith(`${key} `)) ? { pending: { key, at: now } } : {};
}

function belongsToField(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('[role="dialog"],[role="alertdialog"],[role="menu"]'))
    return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Binds keys while the component is shown. Fields, menus and dialogs keep their keys to themselves. */
export function useHotkeys(keys: Hotkeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let pending: Chord | undefined;
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (belongsToField(event)) return;
      const found = resolveHotkey(Object.keys(latest.current), pending, event.key, event.timeStamp);
      pending = found.pending;
      if (found.name === undefined) return;
      event.preventDefault();
      latest.current[found.name]?.(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
