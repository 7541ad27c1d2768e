const stage: Readonly<Record<string, number>> = { alpha: 0, beta: 1, '': 2 };

/** Newest and most stable first: v2, v1, v1beta2, v1alpha1, then whatever has another form, by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text));
  if (left == null || right == null) return left != null ? -1 : right != null ? 1 : a < b ? -1 : 1;
  const byStage = (stage[right[2] ?? ''] ?? 0) - (stage[left[2] ?? ''] ?? 0);
  return byStage || Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}
