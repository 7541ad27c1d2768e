import type { Application, SyncWindow } from '@plumbline/api';
import { isTimeZone, matchGlob, nextTime, parseCron } from '@plumbline/languages';
import { durationMs } from './operation.ts';
import type { ValidSpec } from './spec.ts';

/** Knows which windows are open. What was found out holds for a minute, because schedules have no smaller step. */
export interface Calendar {
  isOpen(window: SyncWindow, now: number): boolean;
}

const MINUTE = 60_000;
/** Windows that are longer are open as if they were a month long. */
const LENGTH_MAX = 31 * 24 * 60 * MINUTE;
const REMEMBERED_MAX = 1_000;

export function createCalendar(): Calendar {
  const known = new Map<string, { readonly minute: number; readonly open: boolean }>();
  return {
    isOpen(window, now) {
      const name = `${window.schedule}\n${window.duration}\n${window.timeZone ?? ''}`;
      const minute = Math.floor(now / MINUTE);
      const last = known.get(name);
      if (last?.minute === minute) return last.open;
      if (known.size >= REMEMBERED_MAX) known.clear();
      const open = computeOpen(window, now);
      known.set(name, { minute, open });
      return open;
    },
  };
}

/** It is open where it opened no longer ago than its length. A zone that nobody knows counts as UTC, as in Argo CD. */
function computeOpen(window: SyncWindow, now: number): boolean {
  const schedule = parseCron(window.schedule ?? '');
  const length = Math.min(LENGTH_MAX, durationMs(window.duration) ?? 0);
  // A fixed span has no beginning from which it could be counted.
  if (!schedule.ok || schedule.value.everyMs !== undefined) return false;
  const zone = window.timeZone !== undefined && isTimeZone(window.timeZone) ? window.timeZone : undefined;
  const opened = nextTime(schedule.value, now - length, zone);
  return opened !== undefined && opened <= now;
}

/** The windows of its project that name an application. */
function windowsOf(application: Application, spec: ValidSpec): readonly SyncWindow[] {
  const { name } = application.metadata;
  const { destination, project } = spec;
  const some = (patterns: readonly string[] | undefined, ...texts: readonly string[]): boolean =>
    (patterns ?? []).some((pattern) => texts.some((text) => text !== '' && matchGlob(pattern, text)));
  return (project.spec.syncWindows ?? []).filter((window) => {
    const matches: boolean[] = [];
    if ((window.applications?.length ?? 0) > 0) matches.push(some(window.applications, name));
    if ((window.clusters?.length ?? 0) > 0)
      matches.push(some(window.clusters, destination.server, destination.name));
    if ((window.namespaces?.length ?? 0) > 0) matches.push(some(window.namespaces, destination.namespace));
    return window.andOperator === true ? matches.length > 0 && matches.every(Boolean) : matches.some(Boolean);
  });
}

/**
 * Whether an application may be synced. An open window that denies forbids; else an open one that allows permits; else
 * one that allows and is closed forbids. People may where all that forbid say so.
 */
export function maySync(
  application: Application,
  spec: ValidSpec,
  calendar: Calendar,
  request: { readonly byPerson: boolean; readonly startedAt: number; readonly now: number },
): boolean {
  const windows = windowsOf(application, spec);
  if (windows.length === 0 || permitted(windows, calendar, request.byPerson, request.now)) return true;
  // What was begun in time may end where all windows say so.
  const overruns = windows.every(({ syncOverrun }) => syncOverrun === true);
  return (
    overruns &&
    request.startedAt < request.now &&
    permitted(windows, calendar, request.byPerson, request.startedAt)
  );
}

function permitted(
  windows: readonly SyncWindow[],
  calendar: Calendar,
  byPerson: boolean,
  now: number,
): boolean {
  const isManual = (those: readonly SyncWindow[]): boolean =>
    byPerson && those.every(({ manualSync }) => manualSync === true);
  const denying = windows.filter((window) => window.kind === 'deny' && calendar.isOpen(window, now));
  if (denying.length > 0) return isManual(denying);
  const allowing = windows.filter(({ kind }) => kind === 'allow');
  if (allowing.length === 0 || allowing.some((window) => calendar.isOpen(window, now))) return true;
  return isManual(allowing);
}

/** How long until it is worth looking again. */
export function nextMinute(now: number): number {
  return MINUTE - (now % MINUTE) + 50;
}
