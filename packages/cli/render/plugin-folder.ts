import { basename } from 'node:path';
import type { Problem } from '@plumbline/base';
import { systemClock } from '@plumbline/base/node';
import { discoverPlugin, render } from '@plumbline/render';
import type { HelmEngine, RenderSource } from '@plumbline/render';
import type { Elsewhere } from '../compose/elsewhere.ts';
import { createPluginHost } from '../compose/plugins.ts';
import type { Io } from '../io.ts';
import { CommandError } from '../io.ts';
import { folderError, placeOf, printed } from './folder.ts';
import type { RenderedFolder } from './folder.ts';
import type { RenderFlags } from './options.ts';
import { contextOf, pluginSource } from './source-flags.ts';

/**
 * Renders a folder with the plugin that the flags name, or with the first of `--plugins` that wants it; undefined where
 * none does. Programs run only for plugins of `--plugins`: bounded, in a copy of the repository.
 */
export async function renderWithPlugin(
  engine: HelmEngine,
  folder: string,
  flags: RenderFlags,
  io: Pick<Io, 'cwd' | 'env'>,
  elsewhere: Elsewhere | undefined,
): Promise<RenderedFolder | undefined> {
  if (flags.plugins === undefined && flags.plugin === undefined)
    throw new CommandError('--plugin-env and --plugin-parameters need --plugin or --plugins', 2);
  const place = placeOf(folder, io.cwd);
  const { tree, path } = place;
  const context = contextOf({ ...flags, releaseName: flags.releaseName ?? basename(folder) }, path);
  const request: RenderSource = {
    tree,
    path,
    source: pluginSource(flags),
    context,
    helm: engine,
    plugins: createPluginHost(flags.plugins, io, systemClock),
    ...(elsewhere === undefined ? {} : { remote: elsewhere.remote, charts: elsewhere.charts }),
    ...(flags.origins === true ? { origins: true } : {}),
  };
  if (flags.plugin === undefined && (await discoverPlugin(request)).plugin === undefined) return undefined;
  const rendered = await render(request);
  if (!rendered.ok) throw folderError(rendered.error.map((one) => withFlag(one, flags)));
  return printed('plugin', rendered.value, place);
}

/** Where nothing may run, the way out is the flag that says what may. */
function withFlag(problem: Problem, { plugins }: RenderFlags): Problem {
  if (plugins !== undefined || !['plugin-missing', 'plugin-refused'].includes(problem.code)) return problem;
  return {
    ...problem,
    hint: '--plugins FILE_OR_DIR says which plugins there are and lets their programs run',
  };
}
