import type { Status } from '@plumbline/api';
import { StatusError } from './types.ts';
import type { FieldError } from './types.ts';

/** What an error is about. `resource` is the plural. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

type Details = NonNullable<Status['details']>;

export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Details,
): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    code,
  });
}

function qualified(subject: Subject): string {
  return subject.group === '' ? subject.plural : `${subject.plural}.${subject.group}`;
}

function detailsOf(subject: Subject, name: string): Details {
  return {
    ...(name !== '' && { name }),
    ...(subject.group !== '' && { group: subject.group }),
    kind: subject.plural,
  };
}

export function notFound(subject: Subject, name: string): StatusError {
  return failure(404, 'NotFound', `${qualified(subject)} "${name}" not found`, detailsOf(subject, name));
}

export function alreadyExists(subject: Subject, name: string, deleting = false): StatusError {
  const message = `${deleting ? 'object is being deleted: ' : ''}${qualified(subject)} "${name}" already exists`;
  return failure(409, 'AlreadyExists', message, detailsOf(subject, name));
}

export const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(subject: Subject, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`;
  return failure(409, 'Conflict', message, detailsOf(subject, name));
}

export function forbidden(
  subject: Subject,
  name: string,
  why: string,
  causes?: Details['causes'],
): StatusError {
  const what = name === '' ? `${qualified(subject)} is` : `${qualified(subject)} "${name}" is`;
  return failure(403, 'Forbidden', `${what} forbidden: ${why}`, {
    ...detailsOf(subject, name),
    ...(causes !== undefined && { causes }),
  });
}

/** The name of a group in Go's internal packages, which some messages show. */
export function internalGroup(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? '');
}

/** A body of another kind than the path takes. */
export function wrongKind(
  subject: Pick<Subject, 'group' | 'kind'>,
  given: { readonly version: string; readonly kind: string },
): StatusError {
  return badRequest(
    `${given.kind} in version ${JSON.stringify(given.version)} cannot be handled as a ${subject.kind}: converting (${given.version}.${given.kind}) to (${internalGroup(subject.group)}.${subject.kind}): unknown conversion`,
  );
}

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

/** 405 of the router, for methods that a path does not know at all. */
export function methodNotAllowed(): StatusError {
  return failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function noSuchResource(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function internalError(message: string): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

export function expired(message: string): StatusError {
  return failure(410, 'Expired', message);
}

/** 422: one error stands alone, several in brackets, each once. */
export function invalid(
  group: string,
  kind: string,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [
    ...new Set(errors.map((error) => `${error.field === '' ? '<nil>' : error.field}: ${error.message}`)),
  ];
  const list = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const what = group === '' ? kind : `${kind}.${group}`;
  return failure(422, 'Invalid', `${what} "${name}" is invalid: ${list}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    ...(kind !== '' && { kind }),
    causes: errors.map(({ reason, message, field }) => ({
      reason,
      message,
      field: field === '' ? '<nil>' : field,
    })),
  });
}

/** Mistakes in the options of a request. */
export function invalidOptions(kind: string, errors: readonly FieldError[]): StatusError {
  return invalid('meta.k8s.io', kind, '', errors);
}
