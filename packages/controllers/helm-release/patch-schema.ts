import { formatApiVersion } from '@plumbline/api';
import { isRecord, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';
import type { Cluster } from '@plumbline/kube';
import type { PatchSchema } from '@plumbline/languages';

/** What the server says of the shape of its kinds, for strategic merge patches. */
export interface PatchSchemas {
  /** Undefined where the server does not describe the kind. */
  of(group: string, version: string, kind: string): Promise<PatchSchema | undefined>;
}

/** Schemas from the server's OpenAPI, each document read once. */
export function createPatchSchemas(cluster: Pick<Cluster, 'request'>): PatchSchemas {
  const documents = new Map<string, Promise<Fields>>();
  return {
    async of(group, version, kind) {
      const path = group === '' ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${group}/${version}`;
      let reading = documents.get(path);
      if (reading === undefined) {
        reading = readSchemas(cluster, path);
        documents.set(path, reading);
        reading.catch(() => documents.delete(path));
      }
      const schemas = await reading;
      const found = Object.values(schemas).find((schema) => serves(schema, group, version, kind));
      return found === undefined ? undefined : patchSchema(found, schemas);
    },
  };
}

async function readSchemas(cluster: Pick<Cluster, 'request'>, path: string): Promise<Fields> {
  const { status, body } = await cluster.request({ method: 'GET', path });
  if (status === 404) return {};
  if (status !== 200) throw new Error(`the server does not describe its kinds: ${path} answered ${status}`);
  return recordAt(recordAt(body, 'components'), 'schemas');
}

function serves(schema: unknown, group: string, version: string, kind: string): boolean {
  return recordsAt(schema, 'x-kubernetes-group-version-kind').some(
    (gvk) =>
      textAt(gvk, 'kind') === kind &&
      formatApiVersion(textAt(gvk, 'group'), textAt(gvk, 'version')) === formatApiVersion(group, version),
  );
}

/** A schema that is read where a patch goes; kinds whose schemas name themselves have no end. */
function patchSchema(raw: unknown, all: Fields): PatchSchema {
  const own = isRecord(raw) ? raw : {};
  const schema = resolved(own, all);
  const mergeKey =
    textAt(own, 'x-kubernetes-patch-merge-key') || textAt(schema, 'x-kubernetes-patch-merge-key');
  const strategy =
    textAt(own, 'x-kubernetes-patch-strategy') || textAt(schema, 'x-kubernetes-patch-strategy');
  const more = {
    ...(mergeKey === '' ? {} : { patchMergeKey: mergeKey }),
    ...(strategy === '' ? {} : { patchStrategy: strategy.split(',') }),
  };
  const { properties, items, additionalProperties } = schema;
  if (isRecord(properties)) return { type: 'object', fields: lazyFields(properties, all), ...more };
  if (items !== undefined) return lazyItems('list', items, all, more);
  if (isRecord(additionalProperties)) return lazyItems('map', additionalProperties, all, more);
  const type = textAt(schema, 'type');
  // A schema without a shape takes anything: quantities, raw extensions, what is kept as it is.
  return { type: type === '' || type === 'object' ? 'any' : type, ...more };
}

function resolved(schema: Fields, all: Fields): Fields {
  const ref = textAt(schema, '$ref') || recordsAt(schema, 'allOf').map((one) => textAt(one, '$ref'))[0];
  if (ref === undefined || ref === '') return schema;
  const target = all[ref.slice(ref.lastIndexOf('/') + 1)];
  return isRecord(target) ? target : {};
}

function lazyFields(properties: Fields, all: Fields): Readonly<Record<string, PatchSchema>> {
  const fields: Record<string, PatchSchema> = {};
  for (const name of Object.keys(properties)) {
    let made: PatchSchema | undefined;
    Object.defineProperty(fields, name, {
      enumerable: true,
      get: () => (made ??= patchSchema(properties[name], all)),
    });
  }
  return fields;
}

function lazyItems(type: string, items: unknown, all: Fields, more: Partial<PatchSchema>): PatchSchema {
  let made: PatchSchema | undefined;
  return {
    type,
    ...more,
    get items() {
      return (made ??= patchSchema(items, all));
    },
  };
}
