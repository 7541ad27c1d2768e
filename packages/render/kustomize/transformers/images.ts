import { compileRegex } from '@plumbline/languages';
import { withText } from '../fields/index.ts';
import type { ImageArgs } from '../kustomization/types.ts';
import { expectKind, isMapping } from '../merge/nodes.ts';
import { scalarText } from '../resource.ts';
import type { FieldSpec } from '../types.ts';
import { acting, specIndex, visitSpecs } from './plugin.ts';
import type { StepOf, Transformer } from './plugin.ts';

/** Changes names, tags and digests of images. */
export function imageTransformer(
  image: ImageArgs,
  fieldSpecs: readonly FieldSpec[],
  step: StepOf,
): Transformer {
  const update = updaterOf(image);
  const specsOf = specIndex(fieldSpecs);
  return {
    kind: 'ImageTagTransformer',
    step,
    act: 'transformer',
    transform(map, context) {
      for (const resource of map.resources) {
        const { object } = resource;
        // What stands in the schema of a definition only looks like a container.
        if (object['kind'] === 'CustomResourceDefinition') continue;
        acting(context, resource, step, () => {
          walkContainers(object, update);
          visitSpecs(object, specsOf(object), update);
        });
      }
    },
  };
}

/** Any list called `containers` or `initContainers`, wherever it stands. */
function walkContainers(value: unknown, update: (image: unknown) => unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) walkContainers(item, update);
    return;
  }
  if (!isMapping(value)) return;
  for (const key of Object.keys(value)) {
    const child = value[key];
    if (typeof child !== 'object' || child === null) continue;
    walkContainers(child, update);
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(child))
      updateItems(child, update);
  }
}

function updateItems(items: readonly unknown[], update: (image: unknown) => unknown): void {
  for (const item of items) {
    expectKind('MappingNode', [item]);
    if (!isMapping(item)) continue;
    const found = item['image'];
    if (found === undefined) continue;
    const wanted = update(found);
    if (wanted !== found) item['image'] = wanted;
  }
}

/** Gives the image that stands for another one; what does not match is given back as it is. */
function updaterOf(image: ImageArgs): (value: unknown) => unknown {
  const isMatch = matcherOf(image.name ?? '');
  return (value) => {
    expectKind('ScalarNode', [value]);
    const text = scalarText(value);
    if (!isMatch(text)) return value;
    const wanted = newImage(text, image);
    return wanted === text ? value : withText(value, wanted);
  };
}

const tag = '(:[a-zA-Z0-9_.{}-]*)?';
const digest = '(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?';

/** The name is a regular expression, unescaped; one that is none matches nothing. */
function matcherOf(name: string): (image: string) => boolean {
  if (/^[A-Za-z0-9_/:-]*$/.test(name)) {
    const literal = new RegExp(`^${name}${tag}${digest}$`);
    return (image) => image.startsWith(name) && literal.test(image);
  }
  const compiled = compileRegex(`^${name}${tag}${digest}$`);
  if (!compiled.ok) return () => false;
  const known = new Map<string, boolean>();
  return (image) => {
    const before = known.get(image);
    if (before !== undefined) return before;
    const verdict = compiled.value.test(image);
    known.set(image, verdict);
    return verdict;
  };
}

/** An image without its tag and digest, and these. */
export interface SplitImage {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** Takes an image reference apart; a colon before the first slash belongs to the host. */
export function splitImage(image: string): SplitImage {
  const slash = Math.max(0, image.indexOf('/'));
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' };
  if (at >= 0 && (colon < 0 || at < colon))
    return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) };
  const end = at < 0 ? image.length : at;
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, end), digest: image.slice(end + 1) };
}

function newImage(text: string, image: ImageArgs): string {
  const old = splitImage(text);
  const name = image.newName || old.name;
  const { newTag = '', digest: newDigest = '', tagSuffix = '' } = image;
  let [wantedTag, wantedDigest] = [old.tag, old.digest];
  if (newTag !== '' || newDigest !== '') [wantedTag, wantedDigest] = [newTag, newDigest];
  else if (tagSuffix !== '') [wantedTag, wantedDigest] = [old.tag + tagSuffix, ''];
  return name + (wantedTag === '' ? '' : `:${wantedTag}`) + (wantedDigest === '' ? '' : `@${wantedDigest}`);
}
