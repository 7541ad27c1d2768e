const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function withoutLastApplied(annotations: unknown): Readonly<Record<string, unknown>> {
  if (typeof annotations !== 'object' || annotations === null) return {};
  const { [lastApplied]: _hidden, ...rest } = annotations as Record<string, unknown>;
  return Object.keys(rest).length === 0 ? {} : { annotations: rest };
}

/** An object without the book-keeping of those who apply it, which repeats the rest and which nobody reads. */
export function withoutManagedFields<T extends { readonly metadata: object }>(object: T): T {
  const {
    managedFields: _managedFields,
    annotations,
    ...metadata
  } = object.metadata as Record<string, unknown>;
  return { ...object, metadata: { ...metadata, ...withoutLastApplied(annotations) } };
}

/** The status last, after all that somebody wrote, as kubectl prints it. */
function inReadingOrder(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { apiVersion, kind, metadata, status, ...rest } = value;
  return { apiVersion, kind, metadata, ...rest, ...(status === undefined ? {} : { status }) };
}

/** Whether a state, which travels as JSON text, is that of no object. */
export function isAbsent(state: string | undefined): boolean {
  return state === undefined || state === '' || state === 'null';
}

/** Parses a manifest that travels as JSON text. */
export function parseManifest(text: string | undefined): unknown {
  if (text === undefined || isAbsent(text)) return undefined;
  const value = JSON.parse(text) as { readonly metadata?: object };
  if (typeof value.metadata !== 'object') return value;
  return inReadingOrder(withoutManagedFields({ ...value, metadata: value.metadata }));
}

interface States {
  readonly targetState: string;
  readonly liveState: string;
  readonly modified: boolean;
  readonly hook: boolean;
}

/** Whether a resource is not as Git says: changed, missing, or too many. Hooks come and go by design. */
export function isDrifted(resource: States): boolean {
  if (resource.hook) return false;
  return resource.modified || isAbsent(resource.targetState) !== isAbsent(resource.liveState);
}
