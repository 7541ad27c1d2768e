import type { Fields } from './fields.ts';
import { isAbsent, record, records, text } from './fields.ts';

/** A file of a volume and what it comes from. */
interface Place {
  readonly path: string;
  readonly source: string;
}

/** Files of one volume that would lie over each other. */
export function overlapWarnings(volumes: readonly Fields[]): readonly string[] {
  return volumes.flatMap((volume) => {
    const start = `volume ${JSON.stringify(text(volume['name']))}`;
    const warnings: string[] = [];
    for (const [kind, what, name] of [
      ['configMap', 'ConfigMap', 'name'],
      ['secret', 'Secret', 'secretName'],
      ['downwardAPI', 'DownwardAPI', ''],
    ] as const) {
      const part = record(volume[kind]);
      const shown = name === '' ? what : `${what} ${JSON.stringify(text(part[name]))}`;
      for (const overlap of overlapsWithin(pathsOf(part, '')))
        warnings.push(`${start} (${shown}): overlapping paths: ${overlap}`);
    }
    return [...warnings, ...projected(records(record(volume['projected'])['sources']), start)];
  });
}

function pathsOf(source: Fields, name: string): readonly Place[] {
  return records(source['items']).map((item) => ({ path: text(item['path']), source: name }));
}

function projected(sources: readonly Fields[], start: string): readonly string[] {
  const seen: Place[] = [];
  return sources.flatMap((source) => {
    if (Object.values(source).every(isAbsent)) return [`${start} (Projected) has no sources provided`];
    return placesOf(source).flatMap((given) => {
      const place = { ...given, path: given.path.replace(/\/+$/, '') };
      const met = overlaps(seen, place);
      seen.push(place);
      return met.map(
        (other) => `${start} (Projected): overlapping paths: ${shown(place)} with ${shown(other)}`,
      );
    });
  });
}

/** Only the first kind of source counts, in upstream's order. */
function placesOf(source: Fields): readonly Place[] {
  for (const [kind, what] of [
    ['configMap', 'ConfigMap'],
    ['secret', 'Secret'],
  ] as const) {
    const part = record(source[kind]);
    if (!isAbsent(part['items'])) return pathsOf(part, `${what} ${JSON.stringify(text(part['name']))}`);
  }
  const downward = record(source['downwardAPI']);
  if (!isAbsent(downward['items'])) return pathsOf(downward, 'DownwardAPI');
  if (isAbsent(source['serviceAccountToken'])) return [];
  return [{ path: text(record(source['serviceAccountToken'])['path']), source: 'ServiceAccountToken' }];
}

function shown({ path, source }: Place): string {
  return source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`;
}

function overlapsWithin(places: readonly Place[]): readonly string[] {
  const seen: Place[] = [];
  return places.flatMap((given) => {
    const place = { ...given, path: given.path.replace(/\/+$/, '') };
    const met = overlaps(seen, place);
    seen.push(place);
    return met.map((other) => `${shown(place)} with ${shown(other)}`);
  });
}

/** The same file, or one in the place of the other's folder. */
function overlaps(seen: readonly Place[], { path }: Place): readonly Place[] {
  if (path === '') return [];
  return seen.filter(
    (other) =>
      other.path !== '' &&
      (`${other.path}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${other.path}/`)),
  );
}
