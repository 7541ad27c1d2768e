import type { Manifest, Read, Renderer, RenderRequest, Rendering, Tree } from '@plumbline/api';
import { err, messageOf, ok, problem } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import { decodeText } from '@plumbline/languages';
import type { RenderContext } from '../context.ts';
import { filesSuffix, hashOf } from '../hashes.ts';
import { createJsonnetEvaluator } from '../jsonnet/evaluator.ts';
import type { JsonnetEvaluator } from '../jsonnet/types.ts';
import { follow, noFolder, normalizePath } from '../paths.ts';
import { collect } from './collect.ts';
import type { Candidate } from './collect.ts';
import { isSkipped, readManifests, readObjects } from './manifests.ts';
import type { FileManifests } from './manifests.ts';

/** `spec.source.directory` and the server's limit. */
export interface DirectoryParameters {
  readonly recurse?: boolean;
  /** Globs on the path below the folder; `*` crosses slashes. What is excluded stays out even if it is included too. */
  readonly include?: string;
  readonly exclude?: string;
  /** All files count, whatever their names end in; only the globs choose. */
  readonly disableExtensionFilter?: boolean;
  /** External variables, arguments and libraries of `.jsonnet` files. */
  readonly jsonnet?: unknown;
  /** For whom it is rendered; variables of Jsonnet may name parts of it. */
  readonly context?: RenderContext;
  /** `.jsonnet` files are left out: reading folders is switched off, so that only plain files are taken. */
  readonly withoutJsonnet?: boolean;
  /** Sum of the sizes of all YAML and JSON files; 0: no limit. */
  readonly combinedBytesMax?: number;
}

/** Argo CD's default (`10M`): whoever renders more than this has put something else than manifests there. */
const combinedBytesMaxDefault = 10_000_000;
/** How many files are asked for at a time; the answers come through one pipe. */
const readsAtOnce = 64;
/** After so much text the event loop gets its turn: about 20 ms of parsing. */
const bytesPerSlice = 200_000;
/** Without the limit above a single file still has one. */
const fileBytesMax = 256 * 1024 * 1024;

/** Plain YAML and JSON files. */
export const directoryRenderer: Renderer<DirectoryParameters> = {
  kind: 'directory',
  render: renderDirectory,
};

async function renderDirectory(
  request: RenderRequest<DirectoryParameters>,
): Promise<Result<Rendering, readonly Problem[]>> {
  const { tree, parameters } = request;
  const path = normalizePath(request.path);
  if (!path.ok) return err([path.error]);
  const reads: Read[] = [];
  const folder = await follow(tree, path.value, reads);
  const missing = noFolder(request.path, folder);
  if (missing !== undefined) return err([missing]);
  const recurse = parameters.recurse === true;
  reads.push(await readOfFolder(tree, folder.path, recurse));
  const options = {
    recurse,
    include: parameters.include ?? '',
    exclude: parameters.exclude ?? '',
    anyName: parameters.disableExtensionFilter === true,
  };
  const collected = await collect(tree, folder.path, options, reads);
  if (collected.problems.length > 0) return err(collected.problems);
  const candidates = collected.candidates.filter(
    (candidate) => parameters.withoutJsonnet !== true || !isJsonnet(candidate),
  );
  const { jsonnet: source, context = {} } = parameters;
  const { origins = false } = request;
  const jsonnet = createJsonnetEvaluator({ tree, folder: folder.path, source, context, reads, origins });
  return readAll(request, candidates, jsonnet, reads, [...collected.warnings]);
}

/** One hash stands for the whole folder; without recursion folders below it do not matter. */
async function readOfFolder(tree: Tree, folder: string, recurse: boolean): Promise<Read> {
  const path = recurse ? folder : folder + filesSuffix;
  return { path, hash: await hashOf(tree, path) };
}

function isJsonnet({ name }: Candidate): boolean {
  return name.endsWith('.jsonnet');
}

async function readJsonnet(
  jsonnet: JsonnetEvaluator,
  { path, name }: Candidate,
  bytes: Uint8Array,
): Promise<FileManifests> {
  const nothing: FileManifests = { manifests: [], warnings: [], problems: [] };
  const text = decodeText(bytes, path);
  if (!text.ok) return { ...nothing, problems: [text.error] };
  if (isSkipped(text.value)) return { ...nothing, skipped: true };
  const made = await jsonnet.evaluate({ path, name, text: text.value });
  if (!made.ok) return { ...nothing, problems: [made.error] };
  const { objects, originsOf } = made.value;
  return readObjects(objects, path, `Failed to unmarshal generated json "${name}"`, originsOf);
}

async function readAll(
  request: RenderRequest<DirectoryParameters>,
  candidates: readonly Candidate[],
  jsonnet: JsonnetEvaluator,
  reads: readonly Read[],
  warnings: string[],
): Promise<Result<Rendering, readonly Problem[]>> {
  const limit = request.parameters.combinedBytesMax ?? combinedBytesMaxDefault;
  const fileLimit = limit === 0 ? fileBytesMax : Math.min(limit, fileBytesMax);
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  const pace = createPace();
  let combined = 0;
  for (let from = 0; from < candidates.length; from += readsAtOnce) {
    const batch = candidates.slice(from, from + readsAtOnce);
    const contents = await Promise.all(
      batch.map((candidate) => readContent(request.tree, candidate.contentPath, fileLimit)),
    );
    for (const [i, candidate] of batch.entries()) {
      const content = contents[i];
      if (content === undefined || 'refused' in content) return err([content?.refused ?? tooLarge(limit)]);
      const file = isJsonnet(candidate)
        ? await readJsonnet(jsonnet, candidate, content.bytes)
        : await pace(readManifests(content.bytes, candidate.path, candidate.name, request.origins));
      // What Jsonnet reads is its own affair; its limits are others.
      combined += file.skipped === true || isJsonnet(candidate) ? 0 : content.bytes.length;
      if (limit !== 0 && combined > limit) return err([tooLarge(limit)]);
      for (const manifest of file.manifests) manifests.push(manifest);
      warnings.push(...file.warnings);
      for (const found of file.problems) problems.push(found);
      if (request.signal?.aborted === true)
        return err([problem('render-aborted', 'rendering was stopped', { retryable: true })]);
    }
  }
  return problems.length > 0 ? err(problems) : ok({ manifests, reads, warnings });
}

type Content = { readonly bytes: Uint8Array } | { readonly refused: Problem };

async function readContent(tree: Tree, path: string, bytesMax: number): Promise<Content> {
  try {
    const bytes = await tree.read(path, bytesMax);
    if (bytes !== undefined) return { bytes };
    return { refused: problem('source-unreadable', `${path}: the file is gone`, { retryable: true }) };
  } catch (thrown) {
    const message = messageOf(thrown);
    if (/is longer than \d+ bytes/.test(message)) return { refused: tooLarge(bytesMax) };
    return { refused: problem('source-unreadable', message, { retryable: true }) };
  }
}

function tooLarge(limit: number): Problem {
  const message = 'failed to get potentially valid manifests: exceeded max combined manifest file size';
  return problem('directory-too-large', message, {
    hint: `the manifests of one application may have ${limit} bytes together`,
  });
}

/** Drives work that comes in steps, and lets the event loop have its turn in between. */
function createPace(): <T>(steps: Generator<number, T>) => Promise<T> {
  let slice = 0;
  return async (steps) => {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      slice += step.value;
      if (slice <= bytesPerSlice) continue;
      slice = 0;
      await nextTurn();
    }
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
