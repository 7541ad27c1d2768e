import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { readYaml, writeYaml } from '@plumbline/languages';
import { editKustomization, readEntries, readImage, readReplica } from '../kustomize-edit/index.ts';
import type { KustomizationEdit } from '../kustomize-edit/index.ts';
import type { Argv } from './config.ts';

/** What `kustomize edit` does with these arguments (behind `edit`). */
export function readEdit(args: Argv): Result<KustomizationEdit> {
  const [verb = '', what = '', ...rest] = args;
  const values = rest.filter((arg) => !arg.startsWith('-'));
  switch (`${verb} ${what}`) {
    case 'set image': {
      const images = collect(values, readImage);
      return images.ok ? checkImages({ type: 'setImages', images: images.value }) : images;
    }
    case 'set replicas': {
      const replicas = collect(values, readReplica);
      return replicas.ok ? ok({ type: 'setReplicas', replicas: replicas.value }) : replicas;
    }
    case 'set annotation':
    case 'set label':
    case 'add annotation':
    case 'add label':
      return readPairs(verb === 'set' || rest.includes('-f') || rest.includes('--force'), what, values);
    case 'set namespace':
      return ok({ type: 'set', field: 'namespace', value: values[0] ?? '' });
    case 'set nameprefix':
      return ok({ type: 'set', field: 'namePrefix', value: valueOf(rest) });
    case 'set namesuffix':
      return ok({ type: 'set', field: 'nameSuffix', value: valueOf(rest) });
    default:
      return err(
        problem('plugin-script', `the built-in equivalent does not know kustomize edit ${verb} ${what}`),
      );
  }
}

function collect<T>(values: Argv, read: (value: string) => Result<T>): Result<readonly T[]> {
  const all: T[] = [];
  for (const value of values) {
    const one = read(value);
    if (!one.ok) return one;
    all.push(one.value);
  }
  return ok(all);
}

/** A variable that is not set leaves `:`; nobody means an image without a name. */
function checkImages(edit: KustomizationEdit & { readonly type: 'setImages' }): Result<KustomizationEdit> {
  const isNamed = edit.images.every(
    ({ name, newTag, newName, digest }) => name !== '' && newTag + newName + digest !== '',
  );
  return isNamed
    ? ok(edit)
    : err(problem('plugin-script', 'kustomize edit set image: an image has no name or no tag'));
}

function readPairs(force: boolean, what: string, values: Argv): Result<KustomizationEdit> {
  const kind = what === 'label' ? 'label' : 'annotation';
  const entries = readEntries(
    values.flatMap((value) => value.split(',')),
    kind,
  );
  return entries.ok ? ok({ type: 'addEntries', kind, entries: entries.value, force }) : entries;
}

/** A prefix may begin with a dash, behind `--`. */
function valueOf(rest: Argv): string {
  return rest[0] === '--' ? (rest[1] ?? '') : (rest[0] ?? '');
}

/** A kustomization as data after the edits. */
export function editData(read: unknown, edits: readonly KustomizationEdit[]): Result<unknown> {
  if (edits.length === 0) return ok(read);
  const edited = editKustomization(isRecord(read) ? writeYaml(read) : '', edits);
  if (!edited.ok) return edited;
  const again = readYaml(edited.value.text, { file: 'kustomization.yaml' });
  return again.ok ? ok(again.value[0]?.value ?? {}) : again;
}
