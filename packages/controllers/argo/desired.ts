import { formatProblem, isRecord } from '@plumbline/base';
import type { Problem, Result } from '@plumbline/base';
import type { Application, ApplicationSource, KubeObject, Manifest, Snapshot } from '@plumbline/api';
import { readYaml } from '@plumbline/languages';
import type { Rendered, RenderPort, SourcePort } from './ports.ts';
import { resolveSource } from './resolve.ts';

/** What the sources of an application say. */
export interface Desired {
  readonly manifests: readonly Manifest[];
  readonly revisions: readonly string[];
  readonly types: readonly string[];
  readonly renderings: readonly Rendered[];
}

export type DesiredResult =
  | { readonly ok: true; readonly value: Desired }
  | { readonly ok: false; readonly message: string; readonly retryable: boolean };

export interface DesiredRequest {
  readonly sources: readonly ApplicationSource[];
  /** Pinned revisions; without them each source's target revision. */
  readonly revisions?: readonly string[] | undefined;
  readonly refresh: boolean;
  /** Whose they are: files may be meant for it alone, and charts ask for its name. */
  readonly application: Application;
}

const PREFIX = 'Failed to load target state: failed to generate manifest for source';

/** Reads and renders all sources. One that fails fails all: what is not known must never look like nothing. */
export async function loadDesired(
  request: DesiredRequest,
  sources: SourcePort,
  renderer: RenderPort,
): Promise<DesiredResult> {
  const parts = await Promise.all(
    request.sources.map((source, index) =>
      loadOne(source, request.revisions?.[index], request, sources, renderer),
    ),
  );
  const loaded: { readonly snapshot: Snapshot; readonly rendered: Rendered }[] = [];
  for (const [index, part] of parts.entries()) {
    if (!part.ok) {
      const message = `${PREFIX} ${index + 1} of ${parts.length}: ${part.error}`;
      return { ok: false, message, retryable: part.retryable };
    }
    loaded.push(part.value);
  }
  return {
    ok: true,
    value: {
      manifests: loaded.flatMap(({ rendered }) => rendered.rendering.manifests),
      revisions: loaded.map(({ snapshot }) => snapshot.revision),
      types: loaded.map(({ rendered }) => rendered.type),
      renderings: loaded.map(({ rendered }) => rendered),
    },
  };
}

/** Manifests that came with an operation (`argocd app sync --local`), in place of all sources. */
export function localDesired(texts: readonly string[]): DesiredResult {
  const manifests: Manifest[] = [];
  for (const [index, text] of texts.entries()) {
    const file = `operation.sync.manifests[${index}]`;
    const read = readYaml(text, { file, duplicateKeys: 'last' });
    if (!read.ok)
      return {
        ok: false,
        message: `Failed to load target state: ${formatProblem(read.error)}`,
        retryable: false,
      };
    for (const document of read.value) {
      const { value } = document;
      if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
        return {
          ok: false,
          message: `Failed to load target state: ${file} is no Kubernetes object`,
          retryable: false,
        };
      }
      const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
      const object = { ...value, metadata } as unknown as KubeObject;
      manifests.push({ object, origin: { file, line: document.line, document: document.index } });
    }
  }
  const rendering = { manifests, reads: [], warnings: [] };
  return {
    ok: true,
    value: { manifests, revisions: [''], types: [], renderings: [{ type: '', rendering }] },
  };
}

type Part =
  | { readonly ok: true; readonly value: { readonly snapshot: Snapshot; readonly rendered: Rendered } }
  | { readonly ok: false; readonly error: string; readonly retryable: boolean };

async function loadOne(
  source: ApplicationSource,
  pinned: string | undefined,
  request: DesiredRequest,
  sources: SourcePort,
  renderer: RenderPort,
): Promise<Part> {
  const { application } = request;
  const snapshot = await resolveSource(source, pinned, request, sources);
  if (!snapshot.ok)
    return refused('Unknown', revisionProblem(snapshot.error), snapshot.error.retryable === true);
  // A source that only lends its files to others makes nothing itself.
  if (!source.path && !source.chart) {
    const rendering = { manifests: [], reads: [], warnings: [] };
    return { ok: true, value: { snapshot: snapshot.value, rendered: { type: 'Directory', rendering } } };
  }
  const rendered: Result<Rendered, readonly Problem[]> = await renderer.render(
    snapshot.value,
    source,
    application,
  );
  if (rendered.ok) return { ok: true, value: { snapshot: snapshot.value, rendered: rendered.value } };
  const [first] = rendered.error;
  const text = rendered.error.map(problemText).join('; ');
  const code = first?.where?.line === undefined ? 'Unknown' : 'FailedPrecondition';
  return refused(code, text, first?.retryable === true);
}

/** The message with its place, unless it names the file itself. */
function problemText(problem: Problem): string {
  const file = problem.where?.file;
  return file !== undefined && problem.message.includes(file) ? problem.message : formatProblem(problem);
}

/** People and scripts look for the text that Argo CD's repository server answers with. */
function revisionProblem(problem: Problem): string {
  return problem.code === 'revision-unknown' ? problem.message : formatProblem(problem);
}

function refused(code: string, text: string, retryable: boolean): Part {
  return { ok: false, error: `rpc error: code = ${code} desc = ${text}`, retryable };
}
