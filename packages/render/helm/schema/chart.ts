import { fromBytes, fromGo, GoError, parseJson, typeName } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import type { ChartSchema, HelmChart } from '../chart/types.ts';
import { missingSchemas, schemaDocument } from './document.ts';
import type { SchemaDocument } from './document.ts';
import type { OutsideSchemas } from './outside.ts';
import { checkSchema } from './validate.ts';
import type { PatternMatcher } from './checking.ts';
import { formatViolations } from './words.ts';

/** Refuses values that do not fit the schemas of a chart and of the charts below it. Throws `GoError` with Helm's words. */
export function checkChartSchemas(
  chart: HelmChart,
  values: GoMap,
  matches: PatternMatcher,
  outside: OutsideSchemas = new Map(),
): void {
  const found = problemsOf(chart, values, matches, outside);
  if (found === '') return;
  throw new GoError(
    `values don't meet the specifications of the schema(s) in the following chart(s):\n${found}`,
  );
}

function problemsOf(
  chart: HelmChart,
  values: GoMap,
  matches: PatternMatcher,
  outside: OutsideSchemas,
): string {
  let found = '';
  if (chart.schema !== undefined) {
    const own = ownProblems(chart.schema, values, matches, outside);
    if (own !== '') found += `${chart.metadata.name}:\n${own}`;
  }
  for (const sub of chart.dependencies) {
    const below = values.get(sub.metadata.name);
    if (below === undefined || below === null) continue;
    found +=
      below instanceof Map
        ? problemsOf(sub, below, matches, outside)
        : `${sub.metadata.name}:\ninvalid type for values: expected object (map), got ${typeName(below)}\n`;
  }
  return found;
}

function ownProblems(
  schema: ChartSchema,
  values: GoMap,
  matches: PatternMatcher,
  outside: OutsideSchemas,
): string {
  try {
    const violations = checkSchema(schema.document(outside), values, matches);
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
  let value: { readonly read: unknown } | undefined;
  let missing: readonly string[] | undefined;
  let alone: SchemaDocument | undefined;
  const readValue = (): unknown => (value ??= { read: fromGo(parseJson(fromBytes(bytes))) }).read;
  const isAlone = (): boolean => (missing ??= missingSchemas(readValue(), new Map())).length === 0;
  return {
    document(outside) {
      if (!isAlone()) return schemaDocument(readValue(), outside);
      return (alone ??= schemaDocument(readValue()));
    },
    missing(outside) {
      try {
        return isAlone() ? [] : missingSchemas(readValue(), outside);
      } catch (thrown) {
        // What is wrong with it is said when values are held against it.
        if (thrown instanceof GoError) return [];
        throw thrown;
      }
    },
  };
}
