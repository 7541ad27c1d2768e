import { fromBytes, fromGo, GoError, parseJson, typeName } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import type { ChartSchema, HelmChart } from '../chart/types.ts';
import { schemaDocument } from './document.ts';
import type { SchemaDocument } from './document.ts';
import { checkSchema } from './validate.ts';
import type { PatternMatcher } from './checking.ts';
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

function ownProblems(schema: ChartSchema, values: GoMap, matches: PatternMatcher): string {
  try {
    const violations = checkSchema(schema.document(), values, matches);
    return violations.length === 0 ? '' : `${formatViolations(violations)}\n`;
  } catch (thrown) {
    // A decoder of a stream words the end differently.
    if (thrown instanceof GoError)
      return thrown.message === 'unexpected end of JSON input' ? 'unexpected EOF' : thrown.message;
    throw thrown;
  }
}

/** The schema of a chart, read when it is first asked for and kept with the chart. Reading throws `GoError`. */
export function chartSchema(bytes: Uint8Array): ChartSchema {
  let read: SchemaDocument | undefined;
  return {
    document() {
      read ??= schemaDocument(fromGo(parseJson(fromBytes(bytes))));
      return read;
    },
  };
}
