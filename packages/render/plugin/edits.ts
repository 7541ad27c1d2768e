import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import type { Argv } from './config.ts';

/** A kustomization file as data. */
type Kustomization = Readonly<Record<string, unknown>>;

/** What `kustomize edit` makes of a kustomization; the arguments begin behind `edit`. */
export function editKustomization(read: Kustomization, args: Argv): Result<Kustomization> {
  const [verb = '', what = '', ...rest] = args;
  const values = rest.filter((arg) => !arg.startsWith('-'));
  switch (`${verb} ${what}`) {
    case 'set image':
      return setImages(read, values);
    case 'set annotation':
    case 'add annotation':
      return setEntries(read, 'commonAnnotations', values);
    case 'set label':
    case 'add label':
      return setEntries(read, 'commonLabels', values);
    case 'set namespace':
      return ok({ ...read, namespace: values[0] ?? '' });
    case 'set nameprefix':
      return ok({ ...read, namePrefix: valueOf(rest) });
    case 'set namesuffix':
      return ok({ ...read, nameSuffix: valueOf(rest) });
    default:
      return err(refuse(`the built-in equivalent does not know kustomize edit ${verb} ${what}`));
  }
}

function refuse(message: string) {
  return problem('plugin-script', message);
}

/** A prefix may begin with a dash, behind `--`. */
function valueOf(rest: Argv): string {
  return rest[0] === '--' ? (rest[1] ?? '') : (rest[0] ?? '');
}

/** `key:value`, several behind commas. */
function setEntries(read: Kustomization, field: string, values: Argv): Result<Kustomization> {
  const entries: Record<string, unknown> = { ...(isRecord(read[field]) ? read[field] : {}) };
  for (const pair of values.flatMap((value) => value.split(','))) {
    const colon = pair.indexOf(':');
    const key = colon < 0 ? pair : pair.slice(0, colon);
    if (key === '') return err(refuse(`invalid ${field} format: ${pair}`));
    entries[key] = colon < 0 ? '' : pair.slice(colon + 1).replace(/^(["'])(.*)\1$/, '$2');
  }
  return ok({ ...read, [field]: entries });
}

interface Image {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** `name:tag`, `name@digest`, `old=new`, `old=new:tag`; an image that is there already changes its place to the end. */
function setImages(read: Kustomization, values: Argv): Result<Kustomization> {
  const images = new Map<string, unknown>();
  for (const image of Array.isArray(read['images']) ? (read['images'] as readonly unknown[]) : []) {
    if (isRecord(image) && typeof image['name'] === 'string') images.set(image['name'], image);
  }
  for (const value of values) {
    const image = parseImage(value);
    if (image === undefined) return err(refuse(`invalid format of image: ${value}`));
    const before = images.get(image.name);
    const kept = isRecord(before) ? before : {};
    images.delete(image.name);
    images.set(image.name, mergeImage(kept, image));
  }
  const list = [...images.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
  return ok({ ...read, images: list });
}

/** A new tag takes the place of a digest, and the other way round. */
function mergeImage(before: Kustomization, image: Image): Kustomization {
  const { newName, newTag, digest, ...rest } = before;
  const keptName = image.newName ?? newName;
  const isPinned = image.newTag !== undefined || image.digest !== undefined;
  return {
    ...rest,
    name: image.name,
    ...(keptName === undefined ? {} : { newName: keptName }),
    ...(isPinned || newTag === undefined ? {} : { newTag }),
    ...(isPinned || digest === undefined ? {} : { digest }),
    ...(image.newTag === undefined ? {} : { newTag: image.newTag }),
    ...(image.digest === undefined ? {} : { digest: image.digest }),
  };
}

function parseImage(value: string): Image | undefined {
  const equals = value.indexOf('=');
  const [name, target] = equals < 0 ? [undefined, value] : [value.slice(0, equals), value.slice(equals + 1)];
  const at = target.indexOf('@');
  const colon = target.lastIndexOf(':');
  const isTagged = at < 0 && colon > target.lastIndexOf('/');
  const bare = at >= 0 ? target.slice(0, at) : isTagged ? target.slice(0, colon) : target;
  const tag = isTagged ? target.slice(colon + 1) : undefined;
  const digest = at >= 0 ? target.slice(at + 1) : undefined;
  if (bare === '' || name === '' || tag === '' || digest === '') return undefined;
  if (name === undefined && tag === undefined && digest === undefined) return undefined;
  return {
    name: name ?? bare,
    ...(name === undefined ? {} : { newName: bare }),
    ...(tag === undefined ? {} : { newTag: tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
