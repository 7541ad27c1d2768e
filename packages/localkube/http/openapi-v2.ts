import type { Core, Served } from '../registry/index.ts';

/** The only form of OpenAPI v2 that kubectl asks for. */
export const openApiV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * The OpenAPI v2 document in gnostic's protobuf form, as far as kubectl reads it today: which kinds' PATCH takes
 * `fieldValidation`. Everything else it reads in version 3.
 */
export function openApiV2(core: Core): Uint8Array {
  const paths = core.catalogue
    .all()
    .filter(({ verbs }) => verbs.includes('patch'))
    .map((resource) =>
      message(2, concat(text(1, pathOf(resource)), message(2, message(8, patchOperation(resource))))),
    );
  const info = concat(text(1, 'Kubernetes'), text(2, 'v1.36.3'));
  return concat(text(1, '2.0'), message(2, info), message(8, concat(...paths)));
}

function pathOf({ group, version, plural, namespaced }: Served): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`;
}

function patchOperation({ group, version, kind }: Served): Uint8Array {
  // ParametersItem.parameter.non_body_parameter.query_parameter_sub_schema: in = 2, name = 4.
  const query = concat(text(2, 'query'), text(4, 'fieldValidation'));
  const parameter = message(8, message(1, message(2, message(3, query))));
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  return concat(
    parameter,
    message(13, concat(text(1, 'x-kubernetes-group-version-kind'), message(2, text(2, yaml)))),
  );
}

type Document = Readonly<Record<string, unknown>>;

/** The same in JSON, with the kinds' definitions, put together from the documents of version 3. */
export function openApiV2Json(documents: {
  groupVersions(): readonly string[];
  openApi(path: string): { readonly data: unknown } | undefined;
}): unknown {
  const definitions: Record<string, unknown> = {};
  const paths: Record<string, unknown> = {};
  for (const path of documents.groupVersions()) {
    const document = documents.openApi(path)?.data as
      | { readonly paths: Document; readonly components: { readonly schemas: Document } }
      | undefined;
    if (document === undefined) continue;
    Object.assign(definitions, rewritten(document.components.schemas));
    for (const [route, operations] of Object.entries(document.paths))
      paths[route] = { ...(operations as Document), parameters: [] };
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.3' }, paths, definitions };
}

/** References point to `definitions`, and stand alone instead of in a list of one. */
function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (value === null || typeof value !== 'object') return value;
  const { allOf, ...rest } = value as Record<string, unknown>;
  const [only] = Array.isArray(allOf) && allOf.length === 1 ? (allOf as readonly unknown[]) : [];
  const merged = only === undefined ? (value as Document) : { ...rest, ...(only as Document) };
  return Object.fromEntries(
    Object.entries(merged).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/components/schemas/', '#/definitions/')
        : rewritten(member),
    ]),
  );
}

const encoder = new TextEncoder();

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function message(number: number, body: Uint8Array): Uint8Array {
  return concat(Uint8Array.from([...varint(number * 8 + 2), ...varint(body.length)]), body);
}

function text(number: number, value: string): Uint8Array {
  return message(number, encoder.encode(value));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
