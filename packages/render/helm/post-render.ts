import type { KubeObject, Manifest } from '@plumbline/api';
import { GoError, readYamlStream } from '@plumbline/languages';
import { shownText } from './release-render.ts';
import type { HelmRendering, HelmRequest, PostRender } from './request.ts';

/** Whom objects come from that no template has written like this. */
const postRendered = 'post-renderer';

/**
 * The rendering after somebody else had its body in hand. As Helm 3 does it, hooks and notes are not part of that.
 * Objects that came back as they went keep their origins. Rejects with `GoError`.
 */
export async function afterPostRender(
  rendering: HelmRendering & { readonly body: string },
  request: HelmRequest,
  postRender: PostRender,
): Promise<HelmRendering> {
  const body = await postRender(rendering.body).catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new GoError(`error while running post render on files: ${why}`);
  });
  const { hooks } = rendering;
  const hookCount = rendering.manifests.length - hooks.filter(({ object }) => object !== undefined).length;
  const manifests = [
    ...manifestsIn(body, rendering.manifests.slice(0, hookCount)),
    ...rendering.manifests.slice(hookCount),
  ];
  return { ...rendering, manifests, text: shownText(body, hooks, request) };
}

function manifestsIn(body: string, before: readonly Manifest[]): Manifest[] {
  const known = new Map(before.map((manifest) => [JSON.stringify(manifest.object), manifest]));
  const stream = readYamlStream(body, { file: postRendered, duplicateKeys: 'last' });
  if (stream.problem !== undefined) throw new GoError(stream.problem.message);
  return stream.documents.flatMap(({ value, line, index }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const object = value as KubeObject;
    const origin = { file: postRendered, line, document: index };
    return [known.get(JSON.stringify(object)) ?? { object, origin }];
  });
}
