import { readYaml } from '@plumbline/languages';
import type { Kustomization } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import { textOf } from '../load/loader.ts';
import { KustomizeError } from '../problem.ts';
import { openApiVersion, parseOpenApi } from '../schema/index.ts';
import type { BuildState } from './state.ts';

/** The schema that a kustomization names. The root decides; else the first one that is met. */
export async function chooseOpenApi(
  state: BuildState,
  loader: Loader,
  { openapi }: Kustomization,
  isRoot: boolean,
): Promise<void> {
  if (openapi === undefined) return;
  const { path, version } = openapi;
  const loaded = path === undefined ? undefined : await loader.load(path);
  if (state.openapi !== undefined && !isRoot) return;
  if (loaded === undefined) {
    if (version === undefined || version === '') return;
    const schema = openApiVersion(version);
    if (schema === undefined) throw new KustomizeError('the specified OpenAPI version is not built in');
    state.openapi = { schema };
    return;
  }
  if (version !== undefined)
    throw new KustomizeError('builtin version and custom schema provided, cannot use both');
  const read = readYaml(textOf(loaded), { file: loaded.file, duplicateKeys: 'last' });
  if (!read.ok)
    throw new KustomizeError(`invalid schema file: ${read.error.message}`, { where: read.error.where });
  // By the first resource upstream has looked into its built-in schema, and keeps it beside any that comes later.
  const builtIn = state.builtInSchema ?? (state.sawResources === true ? 'first' : undefined);
  state.openapi = { schema: parseOpenApi(read.value[0]?.value, builtIn) };
}
