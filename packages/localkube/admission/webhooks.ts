import type { KubeObject } from '@plumbline/api';
import { isRecord, type Random } from '@plumbline/base';
import { applyJsonPatch } from '@plumbline/languages';
import { badRequest, internalError } from '../registry/errors.ts';
import { StatusError, type Access, type Draft } from '../registry/types.ts';
import type { Security } from '../types.ts';
import {
  compileConditions,
  conditionBudget,
  conditionsHold,
  makeRunner,
  requestData,
} from './expressions.ts';
import { matches, record, records, strings, text, type FindNamespace } from './match.ts';
import { replace } from './mutations.ts';
import { refuse } from './refuse.ts';
import { webhookEnvironment } from './scope.ts';
import { addressOf } from './webhook-address.ts';
import { WebhookNeeded, type AdmissionRequest, type Requester, type WebhookReply } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const group = 'admissionregistration.k8s.io';
const timeoutSecondsDefault = 10;

export interface WebhookWorld {
  readonly access: Access;
  readonly security: Security | undefined;
  readonly namespaces: FindNamespace;
  readonly random: Random;
}

/** Webhooks that may change what is written, then may be asked again where others changed it after them. */
export function mutateByWebhooks(world: WebhookWorld, request: AdmissionRequest): boolean {
  const hooks = hooksFor(world, 'MutatingWebhookConfiguration', request);
  if (hooks.length === 0) return false;
  let changed = false;
  const again: Fields[] = [];
  for (const hook of hooks) {
    const did = applyHook(world, hook, request);
    if (did) changed = true;
    // Whoever wants to see later changes is asked again if there are any after its own.
    if (did)
      for (const earlier of hooks)
        if (earlier !== hook && isBefore(hooks, earlier, hook)) again.push(earlier);
  }
  for (const hook of new Set(again))
    if (hook['reinvocationPolicy'] === 'IfNeeded' && applyHook(world, hook, request)) changed = true;
  return changed;
}

function isBefore(hooks: readonly Fields[], a: Fields, b: Fields): boolean {
  return hooks.indexOf(a) < hooks.indexOf(b);
}

/** Webhooks that may only refuse. */
export function validateByWebhooks(world: WebhookWorld, request: AdmissionRequest): void {
  for (const hook of hooksFor(world, 'ValidatingWebhookConfiguration', request)) ask(world, hook, request);
}

function hooksFor(world: WebhookWorld, kind: string, request: AdmissionRequest): readonly Fields[] {
  // Calls wait for answers, which the server's own controllers cannot do.
  if (request.requester === undefined || request.resource.group === group) return [];
  const found: Fields[] = [];
  for (const configuration of world.access.list(group, kind)) {
    for (const hook of records(configuration['webhooks']))
      if (matches(hook, records(hook['rules']), request, world.namespaces) && isMet(world, hook, request))
        found.push(hook);
  }
  return found;
}

function isMet(world: WebhookWorld, hook: Fields, request: AdmissionRequest): boolean {
  const conditions = records(hook['matchConditions']);
  if (conditions.length === 0) return true;
  const compiled = compileConditions(conditions, webhookEnvironment);
  const runner = makeRunner({
    request,
    access: world.access,
    security: world.security,
    budget: conditionBudget,
  });
  const held = conditionsHold(compiled, runner);
  if (typeof held !== 'string') return held;
  if (hook['failurePolicy'] === 'Ignore') return false;
  throw refuse(request, held);
}

function applyHook(world: WebhookWorld, hook: Fields, request: AdmissionRequest): boolean {
  const { object } = request;
  const response = ask(world, hook, request);
  const patch = text(response?.['patch']);
  if (object === undefined || patch === '') return false;
  replace(object, patchedObject(hook, object, patch));
  return true;
}

function patchedObject(hook: Fields, object: Draft, patch: string): Draft {
  const name = JSON.stringify(hook['name']);
  let operations: unknown;
  try {
    operations = JSON.parse(Buffer.from(patch, 'base64').toString());
  } catch (thrown) {
    throw internalError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const result = applyJsonPatch(structuredClone(object), operations);
  if (!result.ok)
    throw internalError(`failed applying the patch of webhook ${name}: ${result.error.message}`);
  return structuredClone(result.value) as Draft;
}

/** The response of a webhook that lets the request pass; undefined when it could not be asked and that does not matter. */
function ask(world: WebhookWorld, hook: Fields, request: AdmissionRequest): Fields | undefined {
  const name = text(hook['name']);
  if (request.dryRun && !['None', 'NoneOnDryRun'].includes(text(hook['sideEffects'])))
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  const uid = world.random.uuid();
  const read = readReply(reply(world, hook, request, uid));
  if (typeof read === 'string') {
    if (hook['failurePolicy'] === 'Ignore') return undefined;
    throw internalError(`failed calling webhook ${JSON.stringify(name)}: ${read}`);
  }
  for (const warning of strings(read['warnings'])) request.warn(warning);
  if (read['allowed'] !== true) throw denial(name, record(read['status']));
  return read;
}

/** What the webhook answered, from memory; otherwise the write is given up until it has answered. */
function reply(world: WebhookWorld, hook: Fields, request: AdmissionRequest, uid: string): WebhookReply {
  const seconds = typeof hook['timeoutSeconds'] === 'number' ? hook['timeoutSeconds'] : timeoutSecondsDefault;
  const address = addressOf(record(hook['clientConfig']), seconds, world.access);
  if (typeof address === 'string') return { ok: false, error: address };
  const { replies } = request.requester as Requester;
  const known = replies.known[replies.next];
  replies.next++;
  if (known !== undefined) return known;
  const body = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      ...requestData(request),
      object: request.object ?? null,
      oldObject: (request.old as KubeObject | undefined) ?? null,
    },
  };
  throw new WebhookNeeded({ ...address, timeoutMs: seconds * 1000, body: JSON.stringify(body) });
}

function readReply(given: WebhookReply): Fields | string {
  if (!given.ok) return `failed to call webhook: ${given.error}`;
  if (given.status < 200 || given.status >= 300)
    return `failed to call webhook: an error on the server (${JSON.stringify(given.body.slice(0, 2048))}) has prevented the request from succeeding`;
  try {
    const review: unknown = JSON.parse(given.body);
    const response = isRecord(review) ? review['response'] : undefined;
    return isRecord(response) ? response : 'webhook response was absent';
  } catch (thrown) {
    return `failed to call webhook: could not get response: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function denial(name: string, status: Fields): StatusError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`;
  const why = text(status['message']) || text(status['reason']);
  const code = typeof status['code'] === 'number' && status['code'] >= 400 ? status['code'] : 400;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why === '' ? `${denied} without explanation` : `${denied}: ${why}`,
    ...(text(status['reason']) !== '' && { reason: text(status['reason']) }),
    ...(isRecord(status['details']) && { details: status['details'] }),
    code,
  });
}
