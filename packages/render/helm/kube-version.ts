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
  const numbers = /^\s*v?([0-9]+(?:\.[0-9]+)*)/.exec(text)?.[1]?.split('.').map(BigInt);
  const [major, minor] = numbers ?? [];
  if (numbers === undefined || major === undefined || minor === undefined) {
    const what =
      numbers === undefined
        ? `could not parse ${JSON.stringify(text)} as version`
        : `illegal version string ${JSON.stringify(text)}`;
    throw new GoError(`invalid kube version '${text}': ${what}`);
  }
  const normalized = `v${numbers.join('.')}`;
  const version = profile === 3 ? normalized : text.startsWith('v') ? text : `v${text}`;
  return { version, normalized, major: String(major), minor: String(minor) };
}

/** What `helm template` takes when nobody says anything: the version of its client library. */
export const kubeVersionDefault = 'v1.36.0';
