import { messageOf } from '@plumbline/base';
import type { HelmRelease, ReleaseInfo, StoredRelease } from '@plumbline/render';
import { HelmError } from './errors.ts';
import type { Context } from './ports.ts';
import type { Storage } from './storage.ts';

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const nameLengthMax = 53;

/** What is wrong with the name of a release, in Helm's words. */
export function wrongName(name: string): string | undefined {
  if (name === '') return 'no name provided';
  if (name.length <= nameLengthMax && namePattern.test(name)) return undefined;
  return `invalid release name, must match regex ${namePattern.source} and the length must not be longer than ${nameLengthMax}`;
}

/** The same release with other words about it. */
export function withInfo(stored: StoredRelease, info: Partial<ReleaseInfo>): StoredRelease {
  const { release } = stored;
  return { ...stored, release: { ...release, info: { ...release.info, ...info } } };
}

export const statusOf = ({ release }: StoredRelease): string => release.info.status ?? 'unknown';

/** Records a release where a failure of that is not what matters. */
export async function record(context: Context, storage: Storage, stored: StoredRelease): Promise<void> {
  try {
    await storage.update(stored);
  } catch (thrown) {
    const { name, version } = stored.release;
    context.logger.warn('a release cannot be recorded', { name, version, error: messageOf(thrown) });
  }
}

/** Whether the server can be reached, asked before anything else. */
export async function checkReachable(context: Context): Promise<void> {
  const words = context.profile === 3 ? 'Kubernetes cluster unreachable' : 'kubernetes cluster unreachable';
  let status: number;
  try {
    ({ status } = await context.cluster.request({ method: 'GET', path: '/version' }));
  } catch (thrown) {
    throw new HelmError('unreachable', `${words}: ${messageOf(thrown)}`);
  }
  if (status !== 200) throw new HelmError('unreachable', `${words}: /version answered with status ${status}`);
}

/** Times and words of a new release, in the order in which Go writes them. */
export function newInfo(
  profile: 3 | 4,
  times: { readonly first: string; readonly last: string },
  more: { readonly description: string; readonly status: string; readonly notes: string },
): ReleaseInfo {
  return {
    first_deployed: times.first,
    last_deployed: times.last,
    ...(profile === 3 ? { deleted: '' } : {}),
    description: more.description,
    status: more.status,
    ...(more.notes === '' ? {} : { notes: more.notes }),
  };
}

/** How objects are written: `auto` goes on as the release before. */
export function isServerSide(
  wish: boolean | 'auto' | undefined,
  profile: 3 | 4,
  before: HelmRelease | undefined,
): boolean {
  if (profile === 3) return wish === true;
  if (wish === true || wish === false) return wish;
  return before === undefined || before.apply_method === 'ssa';
}

/** How a release says that it was written. Helm 3 does not know of it. */
export function applyMethod(profile: 3 | 4, serverSide: boolean): { readonly apply_method?: string } {
  if (profile === 3 && !serverSide) return {};
  return { apply_method: serverSide ? 'ssa' : 'csa' };
}
