import { byPlace } from './bring-up.ts';
import { placeOf, titleOf } from './types.ts';
import type { Report, Verdict } from './types.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** XML 1.0 has no control characters but these two, not even escaped. */
function escaped(text: string): string {
  return Array.from(text)
    .filter((c) => c >= ' ' || c === '\n' || c === '\t')
    .map((c) => entities[c] ?? c)
    .join('');
}

/** The answer as CI systems read it: one test case per object. */
export function reportJunit(report: Report, wallMs: number): string {
  const verdicts = byPlace(report.verdicts);
  const count = (outcome: string): number => verdicts.filter((one) => one.outcome === outcome).length;
  const attributes = [
    `name="plumb test"`,
    `tests="${verdicts.length}"`,
    `failures="${count('unhealthy')}"`,
    `errors="${count('refused')}"`,
    `skipped="${count('skipped')}"`,
    `time="${(wallMs / 1000).toFixed(3)}"`,
  ].join(' ');
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite ${attributes}>`,
    ...verdicts.flatMap(caseLines),
    ...(report.notes.length === 0
      ? []
      : [`    <system-out>${escaped(report.notes.join('\n'))}</system-out>`]),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function caseLines(verdict: Verdict): readonly string[] {
  const { part, outcome, state, message, reasons, warnings } = verdict;
  const { file, line } = part.origin;
  const open = `    <testcase name="${escaped(titleOf(verdict))}" classname="${escaped(part.application || 'manifests')}" file="${escaped(file)}" line="${line}"`;
  const inner: string[] = [];
  if (outcome === 'unhealthy' || outcome === 'refused') {
    const element = outcome === 'unhealthy' ? 'failure' : 'error';
    const text = [placeOf(part), ...reasons].join('\n');
    inner.push(
      `      <${element} type="${escaped(state)}" message="${escaped(message || reasons[0] || state)}">${escaped(text)}</${element}>`,
    );
  }
  if (outcome === 'skipped') inner.push(`      <skipped message="${escaped(message)}"/>`);
  if (warnings.length > 0) inner.push(`      <system-err>${escaped(warnings.join('\n'))}</system-err>`);
  return inner.length === 0 ? [`${open}/>`] : [`${open}>`, ...inner, '    </testcase>'];
}
