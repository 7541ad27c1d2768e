import { builtInKinds, kustomizeKinds } from './built-in.ts';
import { readOpenApi } from './open-api.ts';
import type { KindName, OpenApi, Schema } from './types.ts';

/** The one version that kustomize has built in. */
const builtInVersion = 'v1.21.2';

/** The shape of a kind; undefined: not known, so all its lists are replaced. */
export function schemaFor(gvk: KindName, openapi: OpenApi = builtInKinds): Schema | undefined {
  const key = keyOf(gvk);
  return openapi.schema(key) ?? kustomizeKinds.schema(key);
}

/** Whether objects of a kind live in namespaces; undefined: not known. What is built in cannot be overruled. */
export function isNamespaceScoped(gvk: KindName, openapi?: OpenApi): boolean | undefined {
  const key = keyOf(gvk);
  return builtInKinds.isNamespaced(key) ?? openapi?.isNamespaced(key);
}

/**
 * Reads the document that `openapi.path` names. Alone it stands in for the built-in schema. Upstream keeps the built-in one
 * beside it where that was asked for something before the document was met (`first`: it counts more), and in Flux, which asks
 * for it before every build (`last`: it counts less). Throws `KustomizeError`.
 */
export function parseOpenApi(document: unknown, builtIn?: 'first' | 'last'): OpenApi {
  const own = readOpenApi(document, builtInKinds, builtIn);
  if (builtIn === undefined) return own;
  const both = builtIn === 'first' ? [builtInKinds, own] : [own, builtInKinds];
  return {
    schema: (key) => both[0]?.schema(key) ?? both[1]?.schema(key),
    isNamespaced: (key) => own.isNamespaced(key),
  };
}

/** The built-in schema that `openapi.version` names; undefined: there is none of this version. */
export function openApiVersion(version: string): OpenApi | undefined {
  return version === builtInVersion ? builtInKinds : undefined;
}

function keyOf({ group, version, kind }: KindName): string {
  return group === '' ? `${version}/${kind}` : `${group}/${version}/${kind}`;
}
