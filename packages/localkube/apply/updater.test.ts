import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SchemaNode } from '@plumbline/api';
import { toFieldSet } from './compare.ts';
import { belowRoot, eachPath, recursiveDifference, setOfPaths } from './field-set.ts';
import { makeMemory } from './memory.ts';
import { mergeTyped } from './merge.ts';
import { extractItems } from './remove.ts';
import { applyManaged, updateManaged, type Managers, type Versions } from './updater.ts';
import { checkTyped } from './validate.ts';

const memory = makeMemory();
const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'kubernetes/server-side-apply');
const present = existsSync(folder);

type Raw = Record<string, unknown>;
interface Operation {
  readonly op: 'apply' | 'update' | 'extractApply' | 'changeSchema';
  readonly manager: string;
  readonly apiVersion: string;
  readonly object: unknown;
  readonly force?: boolean;
  readonly schema?: string;
  readonly expectConflicts?: readonly { readonly manager: string; readonly path: readonly string[] }[];
}
interface Case {
  readonly name: string;
  readonly schema: string;
  readonly converter?: string;
  readonly operations: readonly Operation[];
  readonly expectedObject?: unknown;
  readonly expectedApiVersion?: string;
  readonly expectedManaged?: Readonly<
    Record<string, { readonly apiVersion: string; readonly fields: readonly (readonly string[])[] }>
  >;
  readonly expectError?: boolean;
  readonly ignoredFields?: Readonly<Record<string, unknown>>;
  readonly ignoreFilter?: Readonly<Record<string, unknown>>;
}
interface Notation {
  readonly types?: readonly (Raw & { readonly name: string })[];
  readonly rootType?: string;
  readonly rootTypeIsApiVersion?: boolean;
  readonly deduced?: boolean;
}

const anything: SchemaNode = { type: 'any', preserveUnknown: true, mapType: 'granular' };

/** Reads the notation of structured-merge-diff. Types may refer to themselves, so nodes are made before they are filled. */
function schemaOf(notation: Notation, version: string): SchemaNode | undefined {
  if (notation.deduced === true) return anything;
  const made = new Map<string, SchemaNode>();
  const named = (name: string): SchemaNode => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const type = notation.types?.find((one) => one.name === name);
    if (type === undefined) throw new Error(`no type ${name}`);
    const node = {} as SchemaNode;
    made.set(name, node);
    return Object.assign(node, convert(type));
  };
  const convert = (raw: Raw): SchemaNode => {
    if (typeof raw['namedType'] === 'string') {
      const target = named(raw['namedType']);
      return raw['elementRelationship'] === undefined
        ? target
        : { ...target, ...override(target, raw['elementRelationship']) };
    }
    const atoms = ['scalar', 'list', 'map'].filter((atom) => raw[atom] !== undefined);
    if (atoms.length > 1) return anything;
    if (atoms[0] === 'scalar') return { type: scalars[raw['scalar'] as string] ?? 'int-or-string' };
    const node = atoms[0] === 'list' ? listNode(raw['list'] as Raw) : mapNode(raw['map'] as Raw);
    return raw['elementRelationship'] === undefined
      ? node
      : { ...node, ...override(node, raw['elementRelationship']) };
  };
  const override = (target: SchemaNode, relationship: unknown): Partial<SchemaNode> => {
    if (target.type !== 'list') return { mapType: relationship === 'atomic' ? 'atomic' : 'granular' };
    return {
      listType: relationship === 'atomic' ? 'atomic' : target.listMapKeys === undefined ? 'set' : 'map',
    };
  };
  const listNode = (raw: Raw): SchemaNode => {
    const keys = raw['keys'] as readonly string[] | undefined;
    const associative = raw['elementRelationship'] === 'associative';
    return {
      type: 'list',
      items: convert(raw['elementType'] as Raw),
      listType: associative ? (keys === undefined ? 'set' : 'map') : 'atomic',
      ...(keys !== undefined && { listMapKeys: keys }),
    };
  };
  const mapNode = (raw: Raw): SchemaNode => {
    const atomic = raw['elementRelationship'] === 'atomic' ? ({ mapType: 'atomic' } as const) : {};
    const fields = raw['fields'] as readonly Raw[] | undefined;
    if (fields === undefined) return { type: 'map', items: convert(raw['elementType'] as Raw), ...atomic };
    const entries = fields.map((field) => {
      const node = convert(field['type'] as Raw);
      return [
        field['name'] as string,
        field['default'] === undefined ? node : { ...node, default: field['default'] },
      ];
    });
    const open = raw['elementType'] === undefined ? {} : { preserveUnknown: true };
    return {
      type: 'object',
      fields: Object.fromEntries(entries) as Record<string, SchemaNode>,
      ...open,
      ...atomic,
    };
  };
  const name = notation.rootTypeIsApiVersion === true ? version : notation.rootType!;
  return notation.types?.some((one) => one.name === name) === true ? named(name) : undefined;
}

const scalars: Readonly<Record<string, SchemaNode['type']>> = {
  numeric: 'number',
  string: 'string',
  boolean: 'boolean',
  untyped: 'int-or-string',
};

function rename(value: unknown, key: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Raw)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [key(name), rename(member, key)]),
  );
}

const converters: Readonly<Record<string, (object: unknown, from: string, to: string) => unknown>> = {
  renamingConverter: (object, from, to) =>
    rename(object, (name) => name.replace(new RegExp(`_${from}$`), `_${to}`)),
  repeatingConverter: (object, _from, to) => {
    const count = Number(to.slice(1));
    const inner = (value: unknown): unknown =>
      rename(value, (name) => (/^(.)\1*$/.test(name) ? name[0]!.repeat(count) : name));
    return Object.fromEntries(
      Object.entries((object ?? {}) as Raw).map(([name, member]) => [name, inner(member)]),
    );
  },
  reliantFieldsConverter: (object, from, to) => {
    const copy = { ...(object as Raw) };
    if (from === to) return copy;
    if (to === 'v1') {
      if (copy['required_field_bar'] === undefined) throw new Error('the required field is missing');
      copy['field_foo_rely_on_bar'] = copy['required_field_bar'];
      delete copy['required_field_bar'];
    } else if (copy['field_foo_rely_on_bar'] !== undefined) {
      copy['required_field_bar'] = copy['field_foo_rely_on_bar'];
      delete copy['field_foo_rely_on_bar'];
    }
    return copy;
  },
};

interface State {
  live: unknown;
  version: string;
  managers: Managers;
  versions: Versions;
}

function versionsOf(c: Case, schemas: Readonly<Record<string, Notation>>, schema: string): Versions {
  const notation = schemas[schema]!;
  const known = new Map<string, SchemaNode | undefined>();
  return {
    schema(version) {
      if (!known.has(version)) known.set(version, schemaOf(notation, version));
      return known.get(version);
    },
    convert: (object, from, to) =>
      c.converter === undefined ? object : converters[c.converter]!(object, from, to),
    ignored(version) {
      const rule = (c.ignoredFields ?? c.ignoreFilter)?.[version];
      const paths = (
        Array.isArray(rule) ? rule : ((rule as { exclude?: unknown } | undefined)?.exclude ?? [])
      ) as readonly (readonly string[])[];
      return setOfPaths(paths);
    },
  };
}

function run(state: State, c: Case, operation: Operation, schemas: Readonly<Record<string, Notation>>): void {
  if (operation.op === 'changeSchema') {
    state.versions = versionsOf(c, schemas, operation.schema!);
    return;
  }
  const { apiVersion: version, manager } = operation;
  const schema = state.versions.schema(version)!;
  const live =
    state.version === '' || state.version === version
      ? state.live
      : state.versions.convert(state.live, state.version, version);
  if (operation.op === 'update') {
    state.managers = updateManaged(state.versions, live, operation.object, version, state.managers, manager);
    [state.live, state.version] = [operation.object, version];
    return;
  }
  let applied = operation.object;
  if (operation.op === 'extractApply') {
    applied = mergeTyped(schema, extractItems(schema, live, state.managers.get(manager)?.set) ?? {}, applied);
  }
  const problem = checkTyped(schema, applied);
  if (problem !== undefined) throw new Error(problem);
  const force = operation.force === true || operation.op === 'extractApply';
  const result = applyManaged(state.versions, live, applied, version, state.managers, manager, force, {
    memory,
    set: recursiveDifference(
      belowRoot(toFieldSet(state.versions.schema(version)!, applied)),
      state.versions.ignored(version),
    ),
  });
  if (operation.expectConflicts !== undefined) {
    const found: string[] = [];
    if (!result.ok) {
      for (const conflict of result.conflicts)
        eachPath(conflict.set, (path) => found.push(`${conflict.manager} ${path.join('/')}`));
    }
    expect(found.toSorted()).toEqual(
      operation.expectConflicts.map((one) => `${one.manager} ${one.path.join('/')}`).toSorted(),
    );
    return;
  }
  if (!result.ok) throw new Error('conflicts where none were expected');
  state.managers = result.managers;
  // An apply that changes nothing leaves the object in the version that it has.
  if (result.changed) [state.live, state.version] = [result.object, version];
}

/** A member that is null and one that is absent are one to upstream's comparison. */
function settle(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settle);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Raw)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, settle(member)]),
  );
}

describe.skipIf(!present)('field managers, upstream cases', () => {
  const schemas = present
    ? (
        JSON.parse(readFileSync(join(folder, 'schemas.json'), 'utf8')) as {
          schemas: Record<string, Notation>;
        }
      ).schemas
    : {};
  const cases = present
    ? ['cases.jsonl', 'version-cases.jsonl'].flatMap((file) =>
        readFileSync(join(folder, file), 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Case),
      )
    : [];
  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const state: State = {
      live: {},
      version: '',
      managers: new Map(),
      versions: versionsOf(c, schemas, c.schema),
    };
    const play = (): void => {
      for (const operation of c.operations) run(state, c, operation, schemas);
    };
    if (c.expectError === true) {
      expect(play).toThrow();
      return;
    }
    play();
    if (c.expectedObject !== undefined) {
      const live =
        c.expectedApiVersion === undefined || state.version === '' || c.expectedApiVersion === state.version
          ? state.live
          : state.versions.convert(state.live, state.version, c.expectedApiVersion);
      expect(settle(live)).toEqual(settle(c.expectedObject) ?? {});
    }
    if (c.expectedManaged !== undefined) {
      const found: Record<string, { apiVersion: string; fields: string[] }> = {};
      for (const [manager, managed] of state.managers) {
        const fields: string[] = [];
        eachPath(managed.set, (path) => fields.push(path.join('/')));
        found[manager] = { apiVersion: managed.version, fields: fields.toSorted() };
      }
      const expected = Object.fromEntries(
        Object.entries(c.expectedManaged).map(([manager, one]) => [
          manager,
          { apiVersion: one.apiVersion, fields: one.fields.map((path) => path.join('/')).toSorted() },
        ]),
      );
      expect(found).toEqual(expected);
    }
  });
});
