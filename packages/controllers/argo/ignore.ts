import type { IgnoreRule, ResourceIgnoreDifferences } from '@plumbline/api';

/**
 * `ignoreDifferences` as the engine's rules. Of jq only plain paths (`.spec.replicas`, `.a["b/c"]`, `.a[0]`) are
 * understood; `unreadable` gives those that are not, so that they can be reported instead of being passed over.
 */
export function ignoreRules(differences: readonly ResourceIgnoreDifferences[]): readonly IgnoreRule[] {
  return differences.map((difference) => ({
    ...(difference.group === undefined ? { group: '' } : { group: difference.group }),
    kind: difference.kind,
    ...(difference.namespace ? { namespace: difference.namespace } : {}),
    ...(difference.name ? { name: difference.name } : {}),
    jsonPointers: [
      ...(difference.jsonPointers ?? []),
      ...(difference.jqPathExpressions ?? []).flatMap((expression) => pointerOf(expression) ?? []),
    ],
    managers: difference.managedFieldsManagers ?? [],
  }));
}

export function unreadable(differences: readonly ResourceIgnoreDifferences[]): readonly string[] {
  return differences.flatMap((difference) =>
    (difference.jqPathExpressions ?? []).filter((expression) => pointerOf(expression) === undefined),
  );
}

const STEP = /\.([A-Za-z_]\w*)|\.?\["((?:[^"\\]|\\.)*)"\]|\."((?:[^"\\]|\\.)*)"|\[(\d+)\]/y;

function pointerOf(expression: string): string | undefined {
  const text = expression.trim();
  const tokens: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const step = STEP.exec(text);
    if (step === null) return undefined;
    tokens.push(step[1] ?? step[2] ?? step[3] ?? step[4] ?? '');
  }
  if (tokens.length === 0) return undefined;
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
