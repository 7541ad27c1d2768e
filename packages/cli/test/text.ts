import { byPlace } from './bring-up.ts';
import { isGood, placeOf, titleOf } from './types.ts';
import type { Outcome, Report, Verdict } from './types.ts';

const marks: Readonly<Record<Outcome, string>> = {
  healthy: '✓',
  stored: '✓',
  suspended: '✓',
  unhealthy: '✗',
  refused: '✗',
  skipped: '-',
};

/** The answer for people: what is wrong and why, then the numbers. `all`: also what is well. */
export function reportText(report: Report, wallMs: number, all: boolean): string {
  const lines: string[] = report.notes.map((note) => `note: ${note}`);
  for (const verdict of byPlace(report.verdicts)) {
    const bad = verdict.outcome === 'unhealthy' || verdict.outcome === 'refused';
    if (!bad && !all && verdict.warnings.length === 0) continue;
    lines.push(...verdictLines(verdict));
  }
  if (lines.length > 0) lines.push('');
  lines.push(
    `${countsText(report)} (${spanText(report.virtualMs)} of cluster time, ${Math.round(wallMs)} ms)`,
  );
  return `${lines.join('\n')}\n`;
}

function verdictLines(verdict: Verdict): readonly string[] {
  const { part, outcome, state, message, reasons, warnings } = verdict;
  const belongs = part.application === '' ? '' : ` (Application ${part.application})`;
  const head = `${marks[outcome]} ${titleOf(verdict)}${belongs}  ${placeOf(part)}`;
  const said =
    outcome === 'refused'
      ? [`refused: ${message}`]
      : outcome === 'skipped'
        ? [message]
        : [message === '' ? state : `${state}: ${message}`];
  return [
    head,
    ...said.map((line) => `    ${line}`),
    ...reasons.map((line) => `    why: ${line}`),
    ...warnings.map((line) => `    warning: ${line}`),
  ];
}

const words: readonly (readonly [Outcome, string])[] = [
  ['healthy', 'healthy'],
  ['stored', 'stored (no notion of health)'],
  ['suspended', 'suspended'],
  ['unhealthy', 'not healthy'],
  ['refused', 'refused'],
  ['skipped', 'left out'],
];

function countsText({ verdicts }: Report): string {
  const parts = words.flatMap(([outcome, word]) => {
    const count = verdicts.filter((one) => one.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const warnings = verdicts.reduce((sum, one) => sum + one.warnings.length, 0);
  if (warnings > 0) parts.push(`${warnings} warning${warnings === 1 ? '' : 's'}`);
  return parts.length === 0 ? 'nothing to bring up' : parts.join(', ');
}

/** `1.2 s`, `34 s`, `10 min`. */
function spanText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

/** The answer for programs. */
export function reportJson(report: Report, wallMs: number): string {
  const data = {
    ok: isGood(report),
    virtualSeconds: report.virtualMs / 1000,
    milliseconds: Math.round(wallMs),
    notes: report.notes,
    objects: byPlace(report.verdicts).map(
      ({ part, namespace, outcome, state, message, reasons, warnings }) => ({
        apiVersion: part.object.apiVersion,
        kind: part.object.kind,
        ...(namespace === '' ? {} : { namespace }),
        name: part.object.metadata.name,
        file: part.origin.file,
        line: part.origin.line,
        ...(part.application === '' ? {} : { application: part.application }),
        outcome,
        state,
        message,
        reasons,
        warnings,
      }),
    ),
  };
  return `${JSON.stringify(data, undefined, 2)}\n`;
}
