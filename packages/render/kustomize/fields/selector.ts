import { isRecord } from '@plumbline/base';
import { compileWholeRegex, parseLabelSelector } from '@plumbline/languages';
import { KustomizeError } from '../problem.ts';
import { currentId, effectiveNamespace, metadataOf, originalId, scalarText } from '../resource.ts';
import type { Gvk, JsonObject, Resource, ResId } from '../resource.ts';
import type { Selector } from '../types.ts';

/** A selector that is ready to be asked. */
export interface CompiledSelector {
  /** Whether a resource is selected by its original or its current name and namespace, its kind, labels and annotations. */
  matches(resource: Resource): boolean;
  /** Whether an id fits the expressions for kind, name and namespace. */
  matchesId(id: ResId): boolean;
  /** Whether the selectors for labels and annotations fit. */
  matchesMetadata(object: JsonObject): boolean;
}

type Test = (text: string) => boolean;

const anything: Test = () => true;

/** Compiles a selector: its parts are whole-text expressions of RE2, empty ones fit everything. Throws `KustomizeError`. */
export function compileSelector(selector: Selector): CompiledSelector {
  const group = testOf(selector.group);
  const version = testOf(selector.version);
  const kind = testOf(selector.kind);
  const name = testOf(selector.name);
  const namespace = testOf(selector.namespace);
  const matchesGvk = (gvk: Gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind);
  const matchesMetadata = (object: JsonObject) =>
    matchesLabels(object, 'annotations', selector.annotationSelector) &&
    matchesLabels(object, 'labels', selector.labelSelector);
  return {
    matches(resource) {
      const current = currentId(resource);
      const original = originalId(resource);
      return (
        (namespace(effectiveNamespace(original)) || namespace(effectiveNamespace(current))) &&
        (name(original.name) || name(current.name)) &&
        matchesGvk(current) &&
        matchesMetadata(resource.object)
      );
    },
    matchesId: (id) => matchesGvk(id) && name(id.name) && namespace(id.namespace),
    matchesMetadata,
  };
}

/** A text of these is the same as an expression and as itself. */
const literal = /^[A-Za-z0-9_/-]*$/;

function testOf(pattern: string): Test {
  if (pattern === '') return anything;
  if (literal.test(pattern)) return (text) => text === pattern;
  const compiled = compileWholeRegex(pattern);
  if (!compiled.ok) throw new KustomizeError(compiled.error.message);
  return (text) => compiled.value.test(text);
}

/** Whether a selector as Kubernetes writes them fits an object's labels or annotations; an empty one does. */
function matchesLabels(object: JsonObject, field: 'labels' | 'annotations', selector: string): boolean {
  if (selector === '') return true;
  const parsed = parseLabelSelector(selector);
  if (!parsed.ok) throw new KustomizeError(parsed.error.message);
  const held = metadataOf(object)?.[field];
  if (!isRecord(held)) return parsed.value.matches({});
  return parsed.value.matches(
    Object.fromEntries(Object.entries(held).map(([key, value]) => [key, scalarText(value)])),
  );
}
