import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { equalData, messageOf } from '@plumbline/base';
import { integer, isAbsent, record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import { isDeleting, specOf } from '../../controllers/runtime/objects.ts';
import { missingVolumes } from '../references.ts';
import type { PodContext } from './context.ts';
import { isLive, prepareVolume } from './volumes.ts';

/** Tokens in volumes are renewed when four fifths of their life are over, as kubelet does. */
const tokenShare = 0.8;

/** The volumes of one pod. */
export interface PodVolumes {
  /** Where each one is, by name. */
  readonly paths: ReadonlyMap<string, string>;
  /** Makes them, if that is not done; false: something is missing, and an event says what. */
  prepare(): boolean;
  /** Brings them up to date with the objects that they show. */
  refresh(): void;
  /** The pod has changed: labels and annotations may be shown in files. */
  podChanged(): void;
}

export function makePodVolumes(context: PodContext): PodVolumes {
  const { world, folder, ip, pod, event, later } = context;
  const { access } = world;
  const paths = new Map<string, string>();
  let ready = false;
  let shown = pod().metadata;
  const prepare = (): boolean => {
    const missing = missingVolumes(access, pod());
    for (const one of missing) event('Warning', 'FailedMount', one.message);
    if (missing.length > 0) return false;
    const made = fill(records(specOf(pod())['volumes']));
    ready = made;
    return made;
  };

  const fill = (wanted: readonly Fields[]): boolean => {
    shown = pod().metadata;
    const place = join(folder, 'volumes');
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const volumeWorld = { ...world, claims: join(world.folder, 'claims') };
    for (const volume of wanted) {
      try {
        paths.set(text(volume['name']), prepareVolume(volumeWorld, pod(), volume, place, ip));
      } catch (thrown) {
        event(
          'Warning',
          'FailedMount',
          `MountVolume.SetUp failed for volume ${JSON.stringify(volume['name'])} : ${messageOf(thrown)}`,
        );
        return false;
      }
    }
    const seconds = wanted.flatMap((volume) =>
      records(record(volume['projected'])['sources'])
        .filter((source) => !isAbsent(source['serviceAccountToken']))
        .map((source) => integer(record(source['serviceAccountToken'])['expirationSeconds'], 3600)),
    );
    if (seconds.length > 0) later('tokens', Math.min(...seconds) * tokenShare * 1000, refresh);
    return true;
  };

  /** Brings volumes up to date with the objects that they show. */
  const refresh = (): void => {
    if (!ready || isDeleting(pod())) return;
    if (missingVolumes(access, pod()).length === 0) fill(records(specOf(pod())['volumes']).filter(isLive));
  };

  return {
    paths,
    prepare: () => ready || prepare(),
    refresh,
    podChanged() {
      const { labels, annotations } = pod().metadata;
      if (!equalData([shown.labels, shown.annotations], [labels, annotations])) refresh();
    },
  };
}
