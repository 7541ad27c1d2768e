import { gvkOf } from '@plumbline/api';
import type {
  Application,
  ApplicationSource,
  ApplicationViews,
  FieldHistory,
  FieldManager,
  FieldStep,
  FieldWanted,
  KubeObject,
  Manifest,
  OriginStep,
} from '@plumbline/api';
import { equalData, err, isRecord, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { maskSecrets } from '@plumbline/engine';

import { findField } from '@plumbline/render';
import type { DesiredRequest, DesiredResult } from './desired.ts';

/** What telling why a field is what it is needs of the rest of the house. */
export interface WhyOptions {
  live(key: { group: string; kind: string; namespace: string; name: string }): KubeObject | undefined;
  /** Renders with the origin of every field. */
  load(request: DesiredRequest): Promise<DesiredResult>;
  blame(repoURL: string, revision: string, file: string, line: number): Promise<FieldStep['commit']>;
}

/** Each is a look through a file's history; a field that more acts made is told without the authors of the others. */
const blamedMax = 12;

/** Tells of one field what made it, who wrote the lines, and who has changed it in the cluster. */
export function createWhy(options: WhyOptions): ApplicationViews['why'] {
  return async (application, wanted) => {
    const { sources, revisions } = deployed(application);
    const desired = await options.load({ application, sources, revisions, refresh: false });
    if (!desired.ok) return err(problem('render-failed', desired.message));
    const found = findManifest(
      desired.value.renderings.map(({ rendering }) => rendering.manifests),
      wanted,
    );
    if (!found.ok) return found;
    const { manifest, index } = found.value;
    const field = findField(manifest.object, wanted.field);
    if (!field.ok) return field;
    const source = sources[index];
    const revision = desired.value.revisions[index] ?? '';
    const live = options.live(keyOf(manifest.object, application));
    const steps = stepsAt(manifest, field.value.pointer);
    const repoURL = source?.repoURL ?? '';
    const isGit = source !== undefined && (source.chart ?? '') === '';
    return ok({
      ...shown(manifest.object, live, field.value.pointer, wanted),
      repoURL,
      revision,
      steps: isGit ? await blamed(steps, repoURL, revision, options) : steps,
      managers: live === undefined ? [] : managersOf(live, wanted.field),
    });
  };
}

/** What was deployed last; before that, what it was compared with. */
function deployed({ spec, status }: Application): {
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[] | undefined;
} {
  const last = status?.operationState?.syncResult ?? status?.history?.at(-1);
  const own = spec.sources ?? (spec.source === undefined ? [] : [spec.source]);
  const sources = last?.sources ?? (last?.source === undefined ? own : [last.source]);
  const told = last ?? status?.sync;
  const single = told?.revision === undefined || told.revision === '' ? undefined : [told.revision];
  const several = told?.revisions !== undefined && told.revisions.length > 0 ? told.revisions : undefined;
  return { sources, revisions: several ?? single };
}

function findManifest(
  parts: readonly (readonly Manifest[])[],
  { kind, name, namespace }: FieldWanted,
): Result<{ readonly manifest: Manifest; readonly index: number }> {
  const found = parts.flatMap((manifests, index) =>
    manifests
      .filter(
        ({ object }) =>
          object.metadata.name === name &&
          object.kind.toLowerCase() === kind.toLowerCase() &&
          (namespace === undefined || (object.metadata.namespace ?? '') === namespace),
      )
      .map((manifest) => ({ manifest, index })),
  );
  const [first, second] = found;
  if (first === undefined) return err(problem('no-such-object', `the application has no ${kind} ${name}`));
  if (second !== undefined)
    return err(
      problem('ambiguous', `${kind} ${name} is there ${found.length} times`, { hint: 'name its namespace' }),
    );
  return ok(first);
}

function keyOf(object: KubeObject, { spec }: Application) {
  const { group, kind } = gvkOf(object);
  const namespace = object.metadata.namespace ?? spec.destination?.namespace ?? '';
  return { group, kind, namespace, name: object.metadata.name };
}

/** The states of the field as people may see them: a Secret's values are masked before anything is taken out of it. */
function shown(
  desired: KubeObject,
  live: KubeObject | undefined,
  pointer: string,
  wanted: FieldWanted,
): Pick<FieldHistory, 'apiVersion' | 'kind' | 'namespace' | 'name' | 'pointer' | 'desired' | 'live'> {
  const [maskedDesired, maskedLive] = maskSecrets([desired, live]);
  const now = maskedLive === undefined ? undefined : findField(maskedLive, wanted.field);
  const said = maskedDesired === undefined ? undefined : findField(maskedDesired, wanted.field);
  return {
    apiVersion: desired.apiVersion,
    kind: desired.kind,
    namespace: live?.metadata.namespace ?? desired.metadata.namespace ?? '',
    name: desired.metadata.name,
    pointer,
    desired: said?.ok === true ? said.value.value : null,
    ...(now?.ok === true ? { live: now.value.value } : {}),
  };
}

/** The acts of a field, or of the nearest one above it. */
function stepsAt({ origins, origin }: Manifest, pointer: string): readonly OriginStep[] {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const steps = origins?.get(at);
    if (steps !== undefined && steps.length > 0) return steps;
    if (at === '') return [{ act: 'file', file: origin.file, line: origin.line }];
  }
}

async function blamed(
  steps: readonly OriginStep[],
  repoURL: string,
  revision: string,
  options: WhyOptions,
): Promise<readonly FieldStep[]> {
  return Promise.all(
    steps.map(async (step, i): Promise<FieldStep> => {
      if (step.line === undefined || i >= blamedMax) return step;
      const commit = await options.blame(repoURL, revision, step.file, step.line);
      return commit === undefined ? step : { ...step, commit };
    }),
  );
}

/** Who owns a field in the cluster, by `managedFields`, in the order of their last writes. */
function managersOf(live: KubeObject, path: string): readonly FieldManager[] {
  const found = findField(live, path);
  if (!found.ok) return [];
  const parts = found.value.pointer.split('/').slice(1).map(unescape);
  const managers: FieldManager[] = [];
  for (const entry of live.metadata.managedFields ?? []) {
    const {
      manager = '',
      operation = '',
      time,
      subresource,
      fieldsV1,
    } = entry as Partial<FieldManager> & {
      readonly fieldsV1?: unknown;
    };
    if (!owns(fieldsV1, live, parts)) continue;
    managers.push({
      manager,
      operation,
      ...(time === undefined ? {} : { time }),
      ...(subresource === undefined || subresource === '' ? {} : { subresource }),
    });
  }
  return managers.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
}

/** Whether a set of fields holds a field: the whole way to it, or a part above which is owned as one. */
function owns(fields: unknown, value: unknown, parts: readonly string[]): boolean {
  if (!isRecord(fields)) return false;
  const [part, ...rest] = parts;
  if (part === undefined) return true;
  const names = Object.keys(fields).filter((name) => name !== '.');
  // Nothing below is told apart: the value is owned as a whole.
  if (names.length === 0) return true;
  const inside = Array.isArray(value)
    ? (value as readonly unknown[])[Number(part)]
    : isRecord(value)
      ? value[part]
      : undefined;
  const name = Array.isArray(value) ? names.find((one) => isItem(one, inside)) : `f:${part}`;
  return name !== undefined && name in fields && owns(fields[name], inside, rest);
}

/** `k:{"name":"web"}` names the item with these fields, `v:"x"` the value itself. */
function isItem(name: string, item: unknown): boolean {
  const text = name.slice(2);
  try {
    const wanted: unknown = JSON.parse(text);
    if (name.startsWith('v:')) return equalData(wanted, item);
    if (!name.startsWith('k:') || !isRecord(wanted) || !isRecord(item)) return false;
    return Object.entries(wanted).every(([key, value]) => equalData(item[key], value));
  } catch {
    return false;
  }
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
