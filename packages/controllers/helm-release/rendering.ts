import { parseApiVersion } from '@plumbline/api';
import { isStatusError } from '@plumbline/kube';
import { GoError, GoInt } from '@plumbline/languages';
import type { GoMap, Value } from '@plumbline/languages';
import type { PostRender, ReleaseRenderRequest, RenderedRelease } from '@plumbline/render';
import { HelmError, prefixed, valueOf } from './errors.ts';
import type { Context } from './ports.ts';

/** How a chart is rendered, beside what every action says. */
export type RenderWish = Omit<ReleaseRenderRequest, 'kubeVersion' | 'apiVersions' | 'lookup'>;

/** What a render may ask of the cluster. */
interface RenderSurroundings {
  readonly lookups: boolean;
  /** Not even what it serves: Helm's own knowledge is taken instead. */
  readonly offline?: boolean;
  readonly postRender?: PostRender | undefined;
}

/** So often what a template looks up may depend on what it has looked up. */
const roundsMax = 25;

/**
 * Renders for the cluster as it is. Templates run in one go, so `lookup` answers from what is known by then; as long as
 * something was asked that is not known yet, it is fetched and the chart is rendered again.
 */
export async function renderLive(
  context: Context,
  wish: RenderWish,
  { lookups, offline = false, postRender }: RenderSurroundings,
): Promise<RenderedRelease> {
  const server = offline ? undefined : await context.cluster.capabilities();
  const answers = new Map<string, Value | GoError>();
  const nothing: GoMap = new Map();
  for (let round = 0; round < roundsMax; round++) {
    const asked = new Map<string, readonly [string, string, string, string]>();
    const result = context.renderer.render({
      ...wish,
      ...(server === undefined ? {} : { kubeVersion: server.version, apiVersions: server.apiVersions }),
      ...(lookups
        ? {
            lookup(apiVersion, kind, namespace, name) {
              const key = [apiVersion, kind, namespace, name].join('\n');
              const answer = answers.get(key);
              if (answer instanceof GoError) throw answer;
              if (answer === undefined) asked.set(key, [apiVersion, kind, namespace, name]);
              return answer ?? nothing;
            },
          }
        : {}),
    });
    // What was rendered with questions open means nothing, even where it failed.
    if (asked.size === 0) return postRendered(valueOf(result), postRender);
    await Promise.all(
      [...asked].map(async ([key, question]) => answers.set(key, await answerTo(context, ...question))),
    );
  }
  throw new HelmError(
    'helm-failed',
    `what the chart looks up depends on itself more than ${roundsMax} times`,
  );
}

async function postRendered(
  rendered: RenderedRelease,
  postRender: PostRender | undefined,
): Promise<RenderedRelease> {
  if (postRender === undefined) return rendered;
  try {
    return { ...rendered, manifest: await postRender(rendered.manifest) };
  } catch (thrown) {
    throw prefixed('error while running post render on files', thrown);
  }
}

async function answerTo(
  context: Context,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): Promise<Value | GoError> {
  const { cluster } = context;
  const { group, version } = parseApiVersion(apiVersion);
  try {
    const resource = await cluster.resource({ group, version, kind });
    if (resource === undefined) return await unserved(context, apiVersion, kind);
    const where = resource.namespaced && namespace !== '' ? { namespace } : {};
    if (name !== '') {
      if (resource.namespaced && namespace === '') return new Map();
      const object = await cluster.get({ group, version, kind, ...where, name });
      return object === undefined ? new Map() : toUnstructured(object);
    }
    const { items, resourceVersion } = await cluster.list({ group, version, kind }, where);
    return toUnstructured({ apiVersion, kind: `${kind}List`, metadata: { resourceVersion }, items });
  } catch (thrown) {
    if (isStatusError(thrown, 404)) return new Map();
    if (isStatusError(thrown)) return new GoError(thrown.message);
    throw prefixed('the cluster cannot be asked for what the chart looks up', thrown);
  }
}

/** A version of an API that is not served is an error, a kind that it does not have is not found. */
async function unserved(context: Context, apiVersion: string, kind: string): Promise<Value | GoError> {
  const { apiVersions } = await context.cluster.capabilities();
  if (apiVersions.includes(apiVersion)) return new Map();
  return new GoError(
    `unable to get apiresource from unstructured: ${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}: the server could not find the requested resource`,
  );
}

/** What the dynamic client hands to templates: whole numbers are int64, all others float64. */
function toUnstructured(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? new GoInt('int64', BigInt(value)) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toUnstructured);
  const map: GoMap = new Map();
  for (const [key, member] of Object.entries(value)) map.set(key, toUnstructured(member));
  return map;
}
