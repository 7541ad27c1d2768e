import type { Cancel } from '@plumbline/base';
import type { KubeObject, WatchEvent } from '@plumbline/api';
import { formatApiVersion } from '@plumbline/api';
import type { TableView } from '../store/index.ts';
import type { Served } from './catalogue.ts';
import { decodeTyped } from '../schema/index.ts';
import { read, tableOf } from './core.ts';
import type { Core } from './core.ts';
import { convertedEvents } from './converted-events.ts';
import { badRequest, expired, failure, notFound } from './errors.ts';
import { fieldSelector, fieldTerms, labelSelector } from './selectors.ts';
import type { Matcher } from './selectors.ts';
import type { StoreEvent } from './types.ts';

export function get(core: Core, resource: Served, namespace: string, name: string): KubeObject {
  const found = read(core, resource, namespace, name);
  if (found === undefined) throw notFound(resource, name);
  return found;
}

/** What selects and cuts a list or a watch. */
interface Selection {
  readonly namespace: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListRequest extends Selection {
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: string | undefined;
}

export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  readonly remaining?: number;
}

interface Token {
  readonly rv: number;
  readonly start: string;
}

function matcherOf(resource: Served, selection: Selection): Matcher | undefined {
  const labels = labelSelector(selection.labelSelector);
  const fields = fieldSelector(selection.fieldSelector, resource.selectableFields ?? {}, (field) =>
    unknownField(resource, field),
  );
  if (labels === undefined || fields === undefined) return labels ?? fields;
  return (object) => labels(object) && fields(object);
}

function unknownField(resource: Served, field: string): Error {
  if (resource.group === 'batch' && resource.kind === 'Job')
    return badRequest(`field label ${JSON.stringify(field)} not supported for Job`);
  if (resource.group === 'resource.k8s.io' && resource.kind === 'ResourceSlice') {
    const kind = `${formatApiVersion(resource.group, resource.version)}, Kind=ResourceSlice`;
    return badRequest(`field label not supported for ${kind}: ${field}`);
  }
  if (resource.custom || resource.selectableFields !== undefined)
    return badRequest(`field label not supported: ${field}`);
  return badRequest(
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

export function list(core: Core, resource: Served, request: ListRequest): ListResult {
  const token =
    request.continueToken === undefined || request.continueToken === ''
      ? undefined
      : readToken(request.continueToken);
  if (token !== undefined && request.resourceVersion !== undefined && request.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const view = viewFor(core, resource, request, token);
  const matches = matcherOf(resource, request);
  // Any version will do: upstream's cache answers at once and whole, whatever the limit. Events are in no cache.
  const cached = resource.kind !== 'Event' || resource.storage.group !== '';
  const limit = cached && request.resourceVersion === '0' ? 0 : (request.limit ?? 0);
  const single = singleName(request);
  const source = (): Iterable<KubeObject> =>
    single === undefined
      ? view.range(request.namespace, token?.start ?? '')
      : only(core, resource, request, single);
  // One question for all of them, where a webhook has to be asked.
  resource.converter?.expect(limit > 0 && matches === undefined ? first(source(), limit + 1) : source());
  const items: KubeObject[] = [];
  let last: KubeObject | undefined;
  let more = false;
  for (const stored of source()) {
    const object = resource.fromStorage(stored);
    if (matches !== undefined && !matches(object)) continue;
    if (limit > 0 && items.length === limit) {
      more = true;
      break;
    }
    items.push(object);
    last = object;
  }
  const resourceVersion = String(view.resourceVersion);
  if (!more || last === undefined) return { items, resourceVersion };
  const start = `${last.metadata.namespace ?? ''}/${last.metadata.name}\0`;
  return {
    items,
    resourceVersion,
    continueToken: Buffer.from(
      JSON.stringify({ v: 'meta.k8s.io/v1', rv: view.resourceVersion, start }),
    ).toString('base64url'),
    ...(matches === undefined && { remaining: countFrom(view, request.namespace, start) }),
  };
}

function* first(objects: Iterable<KubeObject>, count: number): Generator<KubeObject> {
  let left = count;
  for (const object of objects) {
    if (left-- === 0) return;
    yield object;
  }
}

/** `metadata.name=x` within a namespace is a look-up: kubectl's wait and delete ask so. */
function singleName(request: ListRequest): string | undefined {
  if (request.fieldSelector === undefined || request.namespace === '' || request.limit === 0)
    return undefined;
  const terms = fieldTerms(request.fieldSelector);
  const term = terms.find((one) => one.field === 'metadata.name' && !one.negated);
  return request.continueToken === undefined ? term?.value : undefined;
}

function only(core: Core, resource: Served, request: ListRequest, name: string): readonly KubeObject[] {
  const found = tableOf(core, resource).get(request.namespace, name);
  return found === undefined ? [] : [found];
}

function countFrom(view: TableView, namespace: string, start: string): number {
  if (namespace === '' && start === '') return view.size;
  let count = 0;
  for (const _ of view.range(namespace, start)) count++;
  return count;
}

function readToken(text: string): Token {
  try {
    if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new SyntaxError('not base64url');
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      v?: unknown;
      rv?: unknown;
      start?: unknown;
    };
    if (token.v === 'meta.k8s.io/v1' && typeof token.rv === 'number' && typeof token.start === 'string')
      return { rv: token.rv, start: token.start };
  } catch {
    // Refused below, as every other token that is not ours.
  }
  throw badRequest(`invalid continue token: continue key is not valid: ${tokenProblem(text)}`);
}

function tokenProblem(text: string): string {
  const illegal = text.search(/[^A-Za-z0-9_-]/);
  if (illegal >= 0) return `illegal base64 data at input byte ${illegal}`;
  if (text.length % 4 === 1) return `illegal base64 data at input byte ${text.length - 1}`;
  const first = String.fromCharCode(Buffer.from(text, 'base64url')[0] ?? 0);
  return first === '{'
    ? 'server is not recognizing start key'
    : `invalid character '${first}' looking for beginning of value`;
}

const expiredToken =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function viewFor(core: Core, resource: Served, request: ListRequest, token: Token | undefined): TableView {
  const table = tableOf(core, resource);
  if (token !== undefined) {
    if (token.rv === -1) return table.snapshot();
    const view = table.snapshotAt(token.rv);
    if (view !== undefined) return view;
    const error = expired(expiredToken);
    const fresh = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start: token.start })).toString(
      'base64url',
    );
    throw Object.assign(error, { status: { ...error.status, metadata: { continue: fresh } } });
  }
  const wanted = Number(request.resourceVersion ?? '0');
  if (wanted > core.store.resourceVersion) throw tooLarge(wanted, core.store.resourceVersion);
  // A page at a version is of exactly that version, unless it says otherwise.
  const page = request.resourceVersionMatch === undefined && (request.limit ?? 0) > 0 && wanted > 0;
  if (request.resourceVersionMatch !== 'Exact' && !page) return table.snapshot();
  const view = table.snapshotAt(wanted);
  if (view === undefined) throw expired(`The resourceVersion for the provided list is too old.`);
  return view;
}

function tooLarge(wanted: number, current: number): Error {
  return failure(504, 'Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export interface WatchRequest extends Selection {
  readonly resourceVersion?: string | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly bookmarks: boolean;
}

export interface WatchHandlers {
  onEvents(events: readonly WatchEvent[]): void;
  /** The stream ended because its reader was too slow. */
  onEnd(): void;
}

const bookmarkMs = 60_000;

/** Opens a watch. Events of one turn of the event loop come in one batch. Refused requests throw. */
export function watch(core: Core, resource: Served, request: WatchRequest, handlers: WatchHandlers): Cancel {
  const matches = matcherOf(resource, request);
  const table = tableOf(core, resource);
  const version = request.resourceVersion ?? '';
  const synthetic =
    request.sendInitialEvents === true ||
    (request.sendInitialEvents === undefined && (version === '' || version === '0'));
  const from = synthetic || version === '' || version === '0' ? core.store.resourceVersion : Number(version);
  const opened = table.cursor(from);
  if (!('read' in opened)) {
    handlers.onEvents([gone(from, opened.oldest)]);
    handlers.onEnd();
    return () => {};
  }
  const cursor = opened;
  let closed = false;
  const converted =
    resource.converter === undefined
      ? undefined
      : convertedEvents(core, resource.converter, {
          onEvents: (events) => {
            if (!closed) handlers.onEvents(events);
          },
          fail(error) {
            if (closed) return;
            handlers.onEvents([error]);
            close();
            handlers.onEnd();
          },
        });
  const deliver = (): void => {
    if (closed) return;
    const events = cursor.read();
    if ('oldest' in events) {
      handlers.onEvents([gone(cursor.resourceVersion, events.oldest)]);
      close();
      handlers.onEnd();
      return;
    }
    if (converted !== undefined) {
      const objects = events.flatMap(({ object, previous }) =>
        previous === undefined ? [object] : [object, previous],
      );
      converted.push(objects, () => batchOf(resource, events, request.namespace, matches));
      return;
    }
    const batch = batchOf(resource, events, request.namespace, matches);
    if (batch.length > 0) handlers.onEvents(batch);
  };
  const stopListening = table.onChange(deliver);
  let stopBookmarks: Cancel = () => {};
  const nextBookmark = (): void => {
    stopBookmarks = core.clock.after(bookmarkMs, () => {
      deliver();
      const mark = bookmark(resource, core.store.resourceVersion);
      if (converted !== undefined) converted.push([], () => [mark]);
      else if (!closed) handlers.onEvents([mark]);
      nextBookmark();
    });
  };
  const close = (): void => {
    closed = true;
    stopListening();
    stopBookmarks();
  };
  if (synthetic && converted !== undefined) {
    const { resourceVersion } = core.store;
    const objects = Array.from(table.list(request.namespace));
    converted.push(objects, () => initialEvents(resource, request, matches, objects, resourceVersion));
  } else if (synthetic) {
    const objects = table.list(request.namespace);
    handlers.onEvents(initialEvents(resource, request, matches, objects, core.store.resourceVersion));
  }
  // What is already in the history is due at once; what comes later, when it comes.
  else deliver();
  if (request.bookmarks && !closed) nextBookmark();
  return close;
}

function batchOf(
  resource: Served,
  events: readonly StoreEvent[],
  namespace: string,
  matches: Matcher | undefined,
): readonly WatchEvent[] {
  const batch: WatchEvent[] = [];
  for (const event of events) {
    const seen = eventFor(resource, event, namespace, matches);
    if (seen !== undefined) batch.push(seen);
  }
  return batch;
}

function initialEvents(
  resource: Served,
  request: WatchRequest,
  matches: Matcher | undefined,
  objects: Iterable<KubeObject>,
  resourceVersion: number,
): readonly WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const stored of objects) {
    const object = resource.fromStorage(stored);
    if (matches === undefined || matches(object)) events.push({ type: 'ADDED', object });
  }
  if (request.sendInitialEvents === true && request.bookmarks) {
    events.push(bookmark(resource, resourceVersion, { 'k8s.io/initial-events-end': 'true' }));
  }
  return events;
}

export function bookmark(
  resource: Served,
  resourceVersion: number,
  annotations?: Readonly<Record<string, string>>,
): WatchEvent {
  const object = {
    kind: resource.kind,
    apiVersion: formatApiVersion(resource.group, resource.version),
    ...emptyState(resource),
    metadata: { resourceVersion: String(resourceVersion), ...(annotations !== undefined && { annotations }) },
  };
  // A bookmark is no object: it has neither a name nor a state.
  return { type: 'BOOKMARK', object: object as unknown as KubeObject };
}

const noReport = { quantity: () => undefined, unknown: [] };

/** What Go writes of a kind that nothing was said about: its structures, and what is always written. */
function emptyState(resource: Served): object {
  return resource.typed === undefined ? {} : (decodeTyped(resource.typed, {}, '', noReport) as object);
}

function gone(wanted: number, oldest: number): WatchEvent {
  const { status } = expired(`too old resource version: ${wanted} (${oldest})`);
  return { type: 'ERROR', object: status as unknown as KubeObject };
}

/** How a write looks to a reader with a selector: leaving it is a deletion, entering it an addition. */
function eventFor(
  resource: Served,
  event: StoreEvent,
  namespace: string,
  matches: Matcher | undefined,
): WatchEvent | undefined {
  if (namespace !== '' && event.object.metadata.namespace !== namespace) return undefined;
  const object = resource.fromStorage(event.object);
  if (matches === undefined) {
    return {
      type: event.type === 'added' ? 'ADDED' : event.type === 'modified' ? 'MODIFIED' : 'DELETED',
      object,
    };
  }
  const before = event.previous === undefined ? undefined : resource.fromStorage(event.previous);
  const was = before !== undefined && matches(before);
  const is = event.type !== 'deleted' && matches(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was || before === undefined) return undefined;
  if (event.type === 'deleted') return { type: 'DELETED', object };
  return {
    type: 'DELETED',
    object: { ...before, metadata: { ...before.metadata, resourceVersion: String(event.resourceVersion) } },
  };
}
