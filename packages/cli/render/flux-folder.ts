import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatProblem, isRecord, messageOf, ok } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';
import { renderFluxKustomization, withSourceIgnore } from '@plumbline/render';
import type { FluxSpec, SubstituteReference } from '@plumbline/render';
import type { Elsewhere } from '../compose/elsewhere.ts';
import { CommandError } from '../io.ts';
import { folderError, placeOf, printed } from './folder.ts';
import type { RenderedFolder } from './folder.ts';
import type { RenderFlags } from './options.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Renders a folder as the Flux `Kustomization` of a file does; the folder stands for its `spec.path`. What
 * `substituteFrom` names is looked for in the same file: there is no cluster to ask.
 */
export async function renderAsFlux(
  folder: string,
  file: string,
  flags: RenderFlags,
  cwd: string,
  elsewhere: Elsewhere | undefined,
): Promise<RenderedFolder> {
  const place = placeOf(folder, cwd);
  const documents = readDocuments(resolve(cwd, file), file);
  const spec = specFor(documents, place.path, file);
  const rendered = await renderFluxKustomization({
    tree: await withSourceIgnore(place.tree, undefined),
    spec: { ...spec, path: place.path },
    variables: (reference) => Promise.resolve(ok(dataOf(documents, reference))),
    ...(elsewhere === undefined ? {} : { remote: elsewhere.remote }),
    ...(flags.origins === true ? { origins: true } : {}),
  });
  if (!rendered.ok) throw folderError(rendered.error);
  return printed('flux', rendered.value, place);
}

function readDocuments(path: string, shown: string): readonly Json[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new CommandError(`--flux-kustomization ${shown}: ${messageOf(thrown)}`, 2);
  }
  const read = readYaml(text, { file: shown });
  if (!read.ok) throw new CommandError(formatProblem(read.error));
  return read.value.map(({ value }) => value).filter(isRecord);
}

/** The file's one `Kustomization`, or of several the one with the folder's path. */
function specFor(documents: readonly Json[], path: string, file: string): FluxSpec {
  const found = documents.filter(
    ({ apiVersion, kind }) =>
      kind === 'Kustomization' &&
      typeof apiVersion === 'string' &&
      apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'),
  );
  const specs = found.map(({ spec }) => (isRecord(spec) ? spec : {}));
  const chosen = specs.length === 1 ? specs : specs.filter((spec) => plainPath(spec['path']) === path);
  const [spec] = chosen;
  if (spec === undefined || chosen.length > 1)
    throw new CommandError(
      specs.length === 0
        ? `${file} has no Kustomization of kustomize.toolkit.fluxcd.io`
        : `${file} has ${specs.length} Kustomizations, ${chosen.length} of them with the path ${path || '.'}`,
    );
  return spec as FluxSpec;
}

function plainPath(path: unknown): string {
  const parts = typeof path === 'string' ? path.split('/') : [];
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

/** The variables of a ConfigMap or a Secret of the file. */
function dataOf(documents: readonly Json[], { kind, name }: SubstituteReference) {
  const found = documents.find(
    (one) => one['kind'] === kind && isRecord(one['metadata']) && one['metadata']['name'] === name,
  );
  if (found === undefined) return undefined;
  const texts = (field: string): readonly (readonly [string, string])[] =>
    Object.entries(isRecord(found[field]) ? found[field] : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
  const decode = (text: string): string =>
    kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text;
  return Object.fromEntries([
    ...texts('data').map(([key, text]) => [key, decode(text)]),
    ...texts('stringData'),
  ]) as Readonly<Record<string, string>>;
}
