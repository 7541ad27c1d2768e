import { isRecord } from '@plumbline/base';
import { readYaml } from '@plumbline/languages';

/**
 * A request of a sequence. `{{N.path}}` in its path, query and body stands for what the answer to step N had at that
 * path, so that a sequence is data and means the same on every server.
 */
export interface Step {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Content type of the body. */
  readonly type?: string;
  readonly accept?: string;
  readonly body?: unknown;
  /** A body that is no JSON. */
  readonly raw?: string;
  /** Prepares the rest: only its code counts. */
  readonly setup?: boolean;
}

/** What a server answered. */
interface Answer {
  readonly status: number;
  readonly warnings: readonly string[];
  readonly text: string;
}

interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Send = (request: Request) => Promise<Answer>;

/** A sequence with what kube-apiserver answered to it. */
export interface RecordedCase {
  readonly name: string;
  /** The name of the sequence's objects. */
  readonly id: string;
  /** What has to be there first, whatever the answer. */
  readonly before: readonly Step[];
  readonly steps: readonly Step[];
  readonly answers: readonly Seen[];
}

/** The texts of Warning headers, however many headers they came in. */
export function warningTexts(header: string): readonly string[] {
  return [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  );
}

/** An answer in which everything is replaced that differs between two runs. */
export interface Seen {
  readonly status: number;
  readonly warnings?: readonly string[];
  readonly body?: unknown;
}

/** Sends the steps of a sequence one by one and answers what came, normalised. */
export async function play(steps: readonly Step[], send: Send, id: string): Promise<Seen[]> {
  const answers: unknown[] = [];
  const seen: Seen[] = [];
  const normalise = createNormaliser(id);
  for (const step of steps) {
    const answer = await send(requestOf(step, answers));
    const events = step.query?.['watch'] !== undefined && answer.status === 200;
    const body = events
      ? answer.text
          .split('\n')
          .filter((line) => line !== '')
          .map(parsed)
      : parsed(answer.text);
    answers.push(body);
    if (step.setup === true) seen.push({ status: answer.status });
    else {
      const warnings = answer.warnings.map((text) => normalise(text) as string);
      seen.push({
        status: answer.status,
        ...(warnings.length > 0 && { warnings }),
        body: normalise(events ? withoutLateBookmarks(body as readonly unknown[]) : body),
      });
    }
  }
  return seen;
}

/** JSON as it is; YAML by its meaning, since every writer of YAML breaks its lines elsewhere. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (!/^\w+:/.test(text)) return text;
    const read = readYaml(text, { file: 'answer' });
    return read.ok ? read.value[0]?.value : text;
  }
}

/** A watch that ends may be told how far it was; whether it is depends on the clock. */
function withoutLateBookmarks(events: readonly unknown[]): readonly unknown[] {
  const isBookmark = (event: unknown): boolean => isRecord(event) && event['type'] === 'BOOKMARK';
  const isInitial = (event: unknown): boolean => JSON.stringify(event).includes('initial-events-end');
  return events.filter((event) => !isBookmark(event) || isInitial(event));
}

function requestOf(step: Step, answers: readonly unknown[]): Request {
  const query = Object.entries(step.query ?? {}).map(
    ([key, value]) => `${key}=${encodeURIComponent(String(resolved(value, answers)))}`,
  );
  const target = String(resolved(step.path, answers)) + (query.length > 0 ? `?${query.join('&')}` : '');
  const body =
    step.raw ?? (step.body === undefined ? undefined : JSON.stringify(resolved(step.body, answers)));
  return {
    method: step.method,
    target,
    headers: {
      accept: step.accept ?? 'application/json',
      'user-agent': 'conformance/1',
      ...(body !== undefined && { 'content-type': step.type ?? 'application/json' }),
    },
    ...(body !== undefined && { body }),
  };
}

const reference = /\{\{(\d+)\.([^}]*)\}\}/g;

function resolved(value: unknown, answers: readonly unknown[]): unknown {
  if (typeof value === 'string') {
    if (!value.includes('{{')) return value;
    return value.replaceAll(reference, (_, step: string, path: string) => {
      const found = path
        .split('.')
        .reduce<unknown>(
          (at, key) => (isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[key] : undefined),
          answers[Number(step)],
        );
      return typeof found === 'string' ? found : found === undefined ? '' : JSON.stringify(found);
    });
  }
  if (Array.isArray(value)) return value.map((item) => resolved(item, answers));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, answers)]));
}

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const recent = /\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** Versions and uids become ordinals, in the order in which a sequence sees them; times and addresses lose theirs. */
function createNormaliser(id: string): (value: unknown) => unknown {
  const uids = new Map<string, string>();
  const versions = new Map<string, string>();
  const ordinal = (known: Map<string, string>, value: string, word: string): string => {
    const found = known.get(value) ?? `<${word}${known.size + 1}>`;
    known.set(value, found);
    return found;
  };
  const plain = (text: string): string =>
    text
      .replaceAll(id, '<id>')
      .replaceAll(/<id>-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '<id>-<x>')
      .replaceAll(uid, (found) => ordinal(uids, found, 'uid'))
      .replaceAll(recent, (_, fraction: string | undefined) =>
        fraction === undefined ? '<time>' : '<microtime>',
      )
      .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<x>')
      .replaceAll(/\b10\.96\.\d+\.\d+(?!\/)\b/g, '<ip>')
      .replaceAll(/too old resource version: \d+ \(\d+\)/g, 'too old resource version')
      // Go prints both structures where fields may not change; the sentence before says it.
      .replaceAll(/(\n[ +@-][^\n]*)+\n?/g, '')
      .replaceAll(
        /Invalid value: \{"?(?:metadata|labels|annotations|ownerReferences|Spec|spec|Volumes)"?:.*?\}: field is immutable/g,
        '<structure>',
      )
      .replaceAll(/Invalid value: \[\{"Name":.*?"SelectableFields":[^\]]*?\}\]: must/g, '<versions>: must')
      .replaceAll(
        /ResourceVersion in the precondition \(\d+\)/g,
        'ResourceVersion in the precondition (<rv>)',
      )
      .replaceAll(/:3\d{4}\/(TCP|UDP|SCTP)/g, ':<port>/$1')
      .replaceAll(/duplicate nodePort: \{TCP \d+\}/g, 'duplicate nodePort')
      .replaceAll(/current: \d+/g, 'current: <rv>')
      .replaceAll(/ResourceVersion in object meta: \d+/g, 'ResourceVersion in object meta: <rv>')
      .replaceAll(/in record \(\d+\)/g, 'in record (<rv>)')
      .replaceAll(/(resourceVersion\\?":\\?")\d+/g, '$1<rv>');
  const walk = (value: unknown, key: string, owner: Readonly<Record<string, unknown>>): unknown => {
    if (typeof value === 'string') {
      if (key === 'resourceVersion') return versionOf(value, owner);
      if (key === 'continue' && value !== '') return '<continue>';
      if (key === 'cells' && /^\d+[smhd](\d+[smh])?$/.test(value)) return '<age>';
      if (key === 'name') return plain(generatedName(value, owner));
      return plain(value);
    }
    if (typeof value === 'number')
      return (key === 'nodePort' || key === 'healthCheckNodePort') && value >= 30_000 && value < 32_768
        ? '<port>'
        : value;
    if (Array.isArray(value)) return listOf(value, key, owner);
    if (!isRecord(value)) return value;
    if (value['kind'] === 'Status') return members(inOneOrder(value));
    return members(value);
  };
  const members = (value: Readonly<Record<string, unknown>>): unknown => {
    const entries = Object.entries(value)
      .filter(([name, member]) => member !== undefined && !(name === 'description' && 'priority' in value))
      .map(([name, member]): [string, unknown] => [plain(name), walk(member, name, value)]);
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  const listOf = (
    value: readonly unknown[],
    key: string,
    owner: Readonly<Record<string, unknown>>,
  ): unknown[] => {
    const items = value.map((item) => walk(item, key, owner));
    if (key !== 'managedFields') return items;
    // Their order hangs on the second in which each was written, and their times say nothing else.
    const named = (item: unknown): string =>
      JSON.stringify(item, ['operation', 'manager', 'subresource', 'apiVersion']);
    return items.toSorted((a, b) => (named(a) < named(b) ? -1 : 1));
  };
  /** Versions of lists move with what others write, those of objects do not. */
  const versionOf = (value: string, owner: Readonly<Record<string, unknown>>): string => {
    if (value === '' || value === '0' || !/^\d+$/.test(value)) return value;
    return owner['uid'] === undefined ? '<version>' : ordinal(versions, value, 'rv');
  };
  return (value) => walk(value, '', {});
}

interface Cause {
  readonly reason?: string;
  readonly field?: string;
  readonly message?: string;
}

/** Places whose mistakes come in the order of Go's maps, which is none. */
const unordered = /(?:^|\.)(?:labels|annotations|matchLabels|nodeSelector)$/;

/** Where Go walks its maps the order of what it finds means nothing. */
function inOneOrder(status: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const details = isRecord(status['details']) ? status['details'] : {};
  const { causes } = details;
  if (!Array.isArray(causes)) return status;
  const custom = /^c\d+\.example\.com$/.test(String(details['group']));
  const textOf = ({ field, message }: Cause): string => `${field ?? ''}: ${message ?? ''}`;
  const given = causes as readonly Cause[];
  const sorted = (list: readonly Cause[]): Cause[] =>
    list.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  if (given.every((cause) => cause.reason === 'FieldManagerConflict'))
    return { ...status, details: { ...details, causes: sorted(given) } };
  const loose = (cause: Cause): boolean => custom || unordered.test(cause.field ?? '');
  if (!given.some(loose)) return status;
  // Loose ones are sorted within the places that they have.
  const order = sorted(given.filter(loose));
  const inOrder = given.map((cause) => (loose(cause) ? order.shift()! : cause));
  const head = /^.*? is invalid: /s.exec(String(status['message']))?.[0];
  const said = [...new Set(inOrder.map(textOf))];
  const list = custom || said.length === 1 ? said.join(', ') : `[${said.join(', ')}]`;
  return {
    ...status,
    ...(head !== undefined && { message: head + list }),
    details: { ...details, causes: inOrder },
  };
}

/** `description` beside `priority` is that of a table's column: prose that the embedded API does not carry. */
function generatedName(value: string, owner: Readonly<Record<string, unknown>>): string {
  const prefix = owner['generateName'];
  return typeof prefix === 'string' &&
    prefix !== '' &&
    value.startsWith(prefix) &&
    value.length === prefix.length + 5
    ? `${prefix}<x>`
    : value;
}
