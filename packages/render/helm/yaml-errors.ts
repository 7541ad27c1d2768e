import type { YamlProblem } from '@plumbline/languages';

/** A problem of reading as sigs.k8s.io/yaml words it. */
export function yamlErrorIn(problem: YamlProblem): string {
  const line = problem.where?.line;
  const place = line === undefined ? '' : `line ${line}: `;
  return `error converting YAML to JSON: yaml: ${place}${problem.message}`;
}
