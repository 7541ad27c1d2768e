import { fromBytes, GoError, parseJsonText, typeName } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import type { HelmChart } from '../chart/types.ts';
import { checkSchema } from './validate.ts';
import type { PatternMatcher } from './validate.ts';
import { formatViolations } from './words.ts';

/** Refuses values that do not fit the schemas of a chart and of the charts below it. Throws `GoError` with Helm's words. */
export function checkChartSchemas(chart: HelmChart, values: GoMap, matches: PatternMatcher): void {
  const found = problemsOf(chart, values, matches);
  if (found === '') return;
  throw new GoError(
    `values don't meet the specifications of the schema(s) in the following chart(s):\n${found}`,
  );
}

function problemsOf(chart: HelmChart, values: GoMap, matches: PatternMatcher): string {
  let found = '';
  if (chart.schema !== undefined) {
    const own = ownProblems(chart.schema, values, matches);
    if (own !== '') found += `${chart.metadata.name}:\n${own}`;
  }
  for (const sub of chart.dependencies) {
    const below = values.get(sub.metadata.name);
    if (below === undefined || below === null) continue;
    found +=
      below instanceof Map
        ? problemsOf(sub, below, matches)
        : `${sub.metadata.name}:\ninvalid type for values: expected object (map), got ${typeName(below)}\n`;
  }
  return found;
}

function ownProblems(schema: Uint8Array, values: GoMap, matches: PatternMatcher): string {
  const parsed = parseJsonText(fromBytes(schema));
  if (parsed === undefined) return 'invalid character in the schema: it is no JSON';
  try {
    const violations = checkSchema(parsed.value, values, matches);
    return violations.length === 0 ? '' : `${formatViolations(violations)}\n`;
  } catch (thrown) {
    if (thrown instanceof GoError) return thrown.message;
    throw thrown;
  }
}
