import type { Read, Tree } from '@plumbline/api';
import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { applyMergePatch, readYaml } from '@plumbline/languages';
import { follow, joinPath } from './paths.ts';

/** Nobody writes parameters of this length by hand. */
const overrideBytesMax = 1024 * 1024;
/** A file in the folder cannot send its application elsewhere. */
const protectedFields = ['repoURL', 'path', 'chart', 'targetRevision'] as const;

/** The files in an application's folder that change its parameters; the second is for one application by its name. */
export function overrideNames(appName: string | undefined): readonly string[] {
  return appName === undefined || appName === '' || appName.includes('/')
    ? ['.argocd-source.yaml']
    : ['.argocd-source.yaml', `.argocd-source-${appName}.yaml`];
}

/**
 * A source with the parameters that `.argocd-source.yaml` and `.argocd-source-<app>.yaml` merge into it. The folder's own
 * files are known by its hash; where a link leads is noted in `reads`.
 */
export async function applyOverrides<S extends object>(
  tree: Tree,
  folder: string,
  source: S,
  appName: string | undefined,
  reads: Read[],
): Promise<Result<S>> {
  let merged: unknown = source;
  for (const name of overrideNames(appName)) {
    const file = joinPath(folder, name);
    const patch = await readOverride(tree, file, reads);
    if (!patch.ok) return patch;
    if (patch.value === undefined) continue;
    const result = applyMergePatch(merged, patch.value);
    if (!result.ok) return err(refusal(file, result.error));
    merged = result.value;
  }
  if (merged === source) return ok(source);
  const kept = merged as Record<string, unknown>;
  const original = source as Readonly<Record<string, unknown>>;
  for (const field of protectedFields) {
    if (original[field] === undefined) delete kept[field];
    else kept[field] = original[field];
  }
  return ok(kept as S);
}

/** What a file says; nothing where there is none, or a folder in its place. */
async function readOverride(
  tree: Tree,
  file: string,
  reads: Read[],
): Promise<Result<Readonly<Record<string, unknown>> | undefined>> {
  if ((await tree.stat(file)) === undefined) return ok(undefined);
  const found = await follow(tree, file, reads);
  if (found.type === 'outside' || found.type === 'loop') {
    return err(problem('link-outside', `repository contains out-of-bounds symlinks. file: ${file}`));
  }
  if (found.type !== 'found' || found.entry.kind !== 'file') return ok(undefined);
  if (found.path !== file) reads.push({ path: found.path, hash: found.entry.hash });
  const bytes = await tree.read(found.path, overrideBytesMax);
  if (bytes === undefined) return ok(undefined);
  const read = readYaml(bytes, { file, duplicateKeys: 'last' });
  if (!read.ok) return err(refusal(file, read.error));
  const patch = read.value[0]?.value;
  if (patch === undefined || isRecord(patch)) return ok(patch);
  return err(refusal(file, problem('override', 'the file is no mapping', { where: { file } })));
}

function refusal(file: string, cause: Problem): Problem {
  return {
    ...cause,
    code: 'override-invalid',
    message: `error getting app source type: error while parsing source parameters: ${file}: ${cause.message}`,
  };
}
