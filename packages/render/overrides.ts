import type { Tree } from '@plumbline/api';
import { err, isRecord, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { applyMergePatch, readYaml } from '@plumbline/languages';
import { joinPath } from './paths.ts';

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

/** A source with the parameters that `.argocd-source.yaml` and `.argocd-source-<app>.yaml` merge into it. */
export async function applyOverrides<S extends object>(
  tree: Tree,
  folder: string,
  source: S,
  appName: string | undefined,
): Promise<Result<S>> {
  let merged: unknown = source;
  for (const name of overrideNames(appName)) {
    const file = joinPath(folder, name);
    const bytes = await tree.read(file, overrideBytesMax);
    if (bytes === undefined) continue;
    const read = readYaml(bytes, { file, duplicateKeys: 'last' });
    if (!read.ok) return err(refusal(file, read.error));
    const patch = read.value[0]?.value;
    if (patch === undefined) continue;
    if (!isRecord(patch))
      return err(refusal(file, problem('override', 'the file is no mapping', { where: { file } })));
    const result = applyMergePatch(merged, patch);
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

function refusal(file: string, cause: Problem): Problem {
  return {
    ...cause,
    code: 'override-invalid',
    message: `error while parsing source parameters: ${file}: ${cause.message}`,
  };
}
