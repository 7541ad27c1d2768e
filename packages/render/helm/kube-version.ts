import { GoError } from '@plumbline/languages';

/** A version of Kubernetes as a template sees it. */
export interface KubeVersion {
  /** As `.Version` prints it. */
  readonly version: string;
  /** Without any suffix: what a chart's `kubeVersion` is checked against. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** Reads `--kube-version`. Helm 3 drops what stands behind the numbers, Helm 4 keeps it in `.Version`. Throws `GoError`. */
export function parseKubeVersion(text: string, profile: 3 | 4): KubeVersion {
  const match = /^\s*v?([0-9]+(?:\.[0-9]+)+)(.*)$/s.exec(text);
  const numbers = match?.[1]?.split('.').slice(0, 3) ?? [];
  if (match === null || numbers.length < 2) {
    throw new GoError(`invalid kube version '${text}': could not parse ${JSON.stringify(text)} as version`);
  }
  for (const part of numbers) {
    if (part.length > 1 && part.startsWith('0')) {
      throw new GoError(
        `invalid kube version '${text}': invalid version component ${JSON.stringify(part)} in ${JSON.stringify(text)}`,
      );
    }
  }
  while (numbers.length < 3) numbers.push('0');
  const normalized = `v${numbers.join('.')}`;
  const version = profile === 3 ? normalized : text.startsWith('v') ? text : `v${text}`;
  return { version, normalized, major: numbers[0] ?? '', minor: numbers[1] ?? '' };
}

/** What `helm template` takes when nobody says anything: the version of its client library. */
export const kubeVersionDefault = 'v1.36.0';
