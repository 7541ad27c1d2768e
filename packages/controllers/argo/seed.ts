import type { Random } from '@plumbline/base';
import { isRecord } from '@plumbline/base';
import { isStatusError } from '@plumbline/kube';
import type { Cluster } from '@plumbline/kube';

const secretName = 'plumbline-render-seed';
const seedBytes = 32;

/**
 * What random functions of templates start from on this cluster, made once and kept in a Secret: renders never drift by
 * themselves, all replicas render the same, and nobody who only knows the chart can compute its passwords.
 */
export async function renderSeed(cluster: Cluster, namespace: string, random: Random): Promise<string> {
  const ref = { group: '', version: 'v1', kind: 'Secret', namespace, name: secretName };
  const known = seedOf(await cluster.get(ref));
  if (known !== undefined) return known;
  const seed = Buffer.from(random.bytes(seedBytes)).toString('base64');
  try {
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace },
      type: 'Opaque',
      data: { seed },
    });
    return seed;
  } catch (thrown) {
    // Another replica was faster.
    const theirs = isStatusError(thrown, 409) ? seedOf(await cluster.get(ref)) : undefined;
    if (theirs === undefined) throw thrown;
    return theirs;
  }
}

function seedOf(secret: unknown): string | undefined {
  const data = isRecord(secret) ? secret['data'] : undefined;
  const seed = isRecord(data) ? data['seed'] : undefined;
  return typeof seed === 'string' && seed !== '' ? seed : undefined;
}
