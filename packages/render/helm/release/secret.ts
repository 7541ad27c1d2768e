import type { KubeObject } from '@plumbline/api';
import { err, isRecord, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { decodeRelease, encodeRelease } from './codec.ts';
import type { RecordLimits } from './codec.ts';
import type { HelmRelease, StoredRelease } from './record.ts';

/** The type of the Secrets that hold releases. */
export const releaseSecretType = 'helm.sh/release.v1';

/** Labels that Helm sets by itself; users cannot give them. */
export const releaseSystemLabels = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'] as const;

const isSystemLabel = (label: string): boolean => (releaseSystemLabels as readonly string[]).includes(label);

/** The name of the Secret of one revision. */
export function releaseSecretName(name: string, version: number): string {
  return `sh.helm.release.v1.${name}.v${version}`;
}

/** The Secret of a release. `stamp` is `createdAt` for a new one and `modifiedAt` for one that is written again. */
export async function releaseSecret(
  stored: StoredRelease,
  stamp: { readonly name: 'createdAt' | 'modifiedAt'; readonly ms: number },
  namespace: string,
): Promise<KubeObject> {
  const { release, labels } = stored;
  const text = await encodeRelease(release);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: releaseSecretName(release.name, release.version),
      namespace,
      labels: {
        ...ownLabels(labels),
        [stamp.name]: String(Math.floor(stamp.ms / 1000)),
        name: release.name,
        owner: 'helm',
        status: release.info.status ?? 'unknown',
        version: String(release.version),
      },
    },
    type: releaseSecretType,
    data: { release: encodeBase64(new TextEncoder().encode(text)) },
  };
}

/** The release in a Secret, of Helm's or of ours. */
export async function readReleaseSecret(
  secret: KubeObject,
  limits?: RecordLimits,
): Promise<Result<StoredRelease>> {
  const { data } = secret;
  const outer = isRecord(data) ? data['release'] : undefined;
  const bytes = typeof outer === 'string' ? decodeBase64(outer) : undefined;
  if (bytes === undefined)
    return err(
      problem('bad-release-record', `the Secret ${secret.metadata.name} holds no record of a release`),
    );
  const decoded = await decodeRelease(new TextDecoder('latin1').decode(bytes), limits);
  if (!decoded.ok) return decoded;
  const { labels = {} } = secret.metadata;
  const systemLabels = Object.fromEntries(Object.entries(labels).filter(([label]) => isSystemLabel(label)));
  return { ok: true, value: { release: decoded.value, labels: ownLabels(labels), systemLabels } };
}

/** The labels that users gave. */
function ownLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => !isSystemLabel(label)));
}

/** Whether labels contain one that only Helm sets. */
export function hasSystemLabels(labels: Readonly<Record<string, string>>): boolean {
  return Object.keys(labels).some(isSystemLabel);
}

/** Orders revisions from the oldest to the newest. */
export function byRevision(
  a: { readonly release: HelmRelease },
  b: { readonly release: HelmRelease },
): number {
  return a.release.version - b.release.version;
}
