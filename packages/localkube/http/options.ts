import { definitionFor } from '@plumbline/api/schema';
import { isRecord } from '@plumbline/base';
import { errors } from '../registry/index.ts';
import { DecodeError, decodeTyped } from '../schema/index.ts';
import type {
  DeleteOptions,
  FieldError,
  FieldValidation,
  ListRequest,
  WriteOptions,
} from '../registry/index.ts';
import type { ApiRequest } from './request.ts';

const managerMax = 128;

/** Query parameters of a write, checked. */
export interface WriteQuery {
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

export function writeQuery(
  request: ApiRequest,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  apply = false,
): WriteQuery {
  const { query } = request;
  const mistakes: FieldError[] = [];
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > managerMax) {
    mistakes.push({
      reason: 'FieldValueTooLong',
      field: 'fieldManager',
      message: `Too long: may not be more than ${managerMax} bytes`,
    });
  }
  // Printable as Go sees it: no control characters.
  const bad = /^[ -~]*$/.test(manager) ? null : /[\p{C}\p{Zl}\p{Zp}]/u.exec(manager);
  if (bad !== null) {
    mistakes.push({
      reason: 'FieldValueInvalid',
      field: 'fieldManager',
      message: `Invalid value: ${JSON.stringify(manager)}: contains invalid character ${JSON.stringify(bad[0])} at index ${bad.index}. Only printable characters are allowed`,
    });
  }
  const dryRun = query.getAll('dryRun');
  mistakes.push(...dryRunMistakes(dryRun));
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    mistakes.push({
      reason: 'FieldValueNotSupported',
      field: 'fieldValidation',
      message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
    });
  }
  const force = booleanOf(query, 'force');
  if (kind === 'PatchOptions' && !apply && query.has('force')) {
    mistakes.push({
      reason: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  }
  if (apply && manager === '') {
    mistakes.push({
      reason: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    });
  }
  if (mistakes.length > 0) throw errors.invalidOptions(kind, mistakes);
  return {
    manager: manager === '' ? defaultManager(request) : manager,
    dryRun: dryRun.length > 0,
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
    force,
  };
}

function dryRunMistakes(values: readonly unknown[]): readonly FieldError[] {
  if (values.every((value) => value === 'All')) return [];
  const shown = values.length === 1 ? JSON.stringify(values[0]) : JSON.stringify(values);
  return [
    {
      reason: 'FieldValueNotSupported',
      field: 'dryRun',
      message:
        `Unsupported value: ${values.length === 1 ? `[${shown}]` : shown}: supported values: "All"`.replace(
          '[[',
          '[',
        ),
    },
  ];
}

/** The part of the User-Agent before the first slash. */
function defaultManager(request: ApiRequest): string {
  const agent = request.headers['user-agent'] ?? 'unknown';
  return (agent.split('/')[0] ?? '').slice(0, managerMax);
}

export function booleanOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  // As Go's conversion of query parameters: anything but these is true, the empty text as well.
  return text !== null && !['0', 'false', 'f', 'F', 'FALSE', 'False'].includes(text);
}

export function toWriteOptions(
  query: WriteQuery,
  duplicates: readonly string[],
  warn: (text: string) => void,
): WriteOptions {
  return {
    manager: query.manager,
    dryRun: query.dryRun,
    fieldValidation: query.fieldValidation,
    duplicates,
    warn,
  };
}

/** Query parameters of lists and watches, checked. */
export interface ListQuery extends ListRequest {
  readonly watch: boolean;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

export function listQuery(request: ApiRequest, namespace: string, watchPath: boolean): ListQuery {
  const { query } = request;
  const text = (name: string): string | undefined => {
    const value = query.get(name);
    return value === null || value === '' ? undefined : value;
  };
  const watch = watchPath || booleanOf(query, 'watch');
  const read: ListQuery = {
    namespace,
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    limit: integerOf(query, 'limit'),
    continueToken: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
    watch,
    bookmarks: booleanOf(query, 'allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? booleanOf(query, 'sendInitialEvents') : undefined,
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
  };
  checkList(read);
  return read;
}

function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text))
    throw errors.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function checkList(read: ListQuery): void {
  const mistakes: FieldError[] = [];
  const forbid = (field: string, why: string): void => {
    mistakes.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` });
  };
  const match = read.resourceVersionMatch;
  if (read.watch && read.sendInitialEvents !== undefined) {
    if (match === undefined)
      forbid(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      );
    else if (match !== 'NotOlderThan') {
      mistakes.push({
        reason: 'FieldValueNotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"`,
      });
    }
  } else if (read.watch) {
    if (match !== undefined)
      forbid(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    if (match !== undefined && match !== '' && match !== 'NotOlderThan')
      mistakes.push({
        reason: 'FieldValueNotSupported',
        field: 'resourceVersionMatch',
        message: `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"`,
      });
  } else {
    if (read.sendInitialEvents !== undefined)
      forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
    if (match !== undefined && match !== '') {
      if (read.resourceVersion === undefined)
        forbid(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden unless resourceVersion is provided',
        );
      if (read.continueToken !== undefined)
        forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
      if (match !== 'Exact' && match !== 'NotOlderThan') {
        mistakes.push({
          reason: 'FieldValueNotSupported',
          field: 'resourceVersionMatch',
          message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
        });
      }
      if (match === 'Exact' && read.resourceVersion === '0')
        forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (mistakes.length > 0) throw errors.invalidOptions('ListOptions', mistakes);
  if (read.resourceVersion !== undefined && !/^\d+$/.test(read.resourceVersion)) {
    const shown = JSON.stringify(read.resourceVersion);
    const why = `Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`;
    if (read.watch) throw errors.failure(500, undefined, `resourceVersion: ${why}`);
    throw errors.badRequest(`invalid resource version: resourceVersion: ${why}`);
  }
}

const deleteOptionsNode = definitionFor('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');

/** Fields of the wrong type are refused; those that nobody knows are passed over. */
function checkDeleteOptions(body: Readonly<Record<string, unknown>>): void {
  if (deleteOptionsNode === undefined) return;
  try {
    decodeTyped(deleteOptionsNode, body, '', { quantity: () => undefined, unknown: [] });
  } catch (thrown) {
    throw thrown instanceof DecodeError ? errors.badRequest(thrown.message) : thrown;
  }
}

/** DELETE reads its options from the body or else from the query. */
export function deleteOptions(request: ApiRequest, body: unknown): DeleteOptions {
  const { query } = request;
  if (isRecord(body)) checkDeleteOptions(body);
  const source: Readonly<Record<string, unknown>> = isRecord(body)
    ? body
    : {
        ...(query.has('gracePeriodSeconds') && {
          gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds'),
        }),
        ...(query.has('propagationPolicy') && { propagationPolicy: query.get('propagationPolicy') }),
        ...(query.has('orphanDependents') && { orphanDependents: booleanOf(query, 'orphanDependents') }),
        ...(query.has('dryRun') && { dryRun: query.getAll('dryRun') }),
      };
  const { propagationPolicy: policy, gracePeriodSeconds: grace, orphanDependents: orphan } = source;
  const dryRun = [...(Array.isArray(source['dryRun']) ? (source['dryRun'] as readonly unknown[]) : [])];
  const mistakes: FieldError[] = [];
  if (policy !== undefined && policy !== null && orphan !== undefined && orphan !== null) {
    mistakes.push({
      reason: 'FieldValueInvalid',
      field: 'propagationPolicy',
      message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`,
    });
  }
  if (
    policy !== undefined &&
    policy !== null &&
    policy !== 'Background' &&
    policy !== 'Foreground' &&
    policy !== 'Orphan'
  ) {
    mistakes.push({
      reason: 'FieldValueNotSupported',
      field: 'propagationPolicy',
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    });
  }
  mistakes.push(...dryRunMistakes(dryRun));
  if (mistakes.length > 0) throw errors.invalidOptions('DeleteOptions', mistakes);
  const preconditions = isRecord(source['preconditions']) ? source['preconditions'] : {};
  return {
    ...(typeof policy === 'string' && {
      propagationPolicy: policy as NonNullable<DeleteOptions['propagationPolicy']>,
    }),
    ...(typeof orphan === 'boolean' && { orphanDependents: orphan }),
    ...(orphan === true && { propagationPolicy: 'Orphan' as const }),
    ...(orphan === false && { propagationPolicy: 'Background' as const }),
    ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
    ...(typeof preconditions['uid'] === 'string' && { uid: preconditions['uid'] }),
    ...(typeof preconditions['resourceVersion'] === 'string' && {
      resourceVersion: preconditions['resourceVersion'],
    }),
    dryRun: dryRun.length > 0,
  };
}
