// A development tool only: answers the pages' requests with sample data and changes it now and then, so that one can
// see the pages live before (or without) a real server. See README.md in this folder.
import { createServer } from 'node:http';
import { commits, makeApplication, revisions } from './fixtures/applications.mjs';
import { eventsOf, managedOf, manifestOf, treeOf } from './fixtures/resources.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const port = option('port', 4300);
const applications = Array.from({ length: option('apps', 1000) }, (_, index) => makeApplication(index));
const lists = new Set();
const trees = new Map();
let version = 100_000;

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

function change(application, status, operation) {
  const index = applications.findIndex((other) => other.metadata.name === application.metadata.name);
  const next = {
    ...applications[index],
    metadata: { ...applications[index].metadata, resourceVersion: String((version += 1)) },
    status: { ...applications[index].status, ...status },
  };
  if (operation === undefined) delete next.operation;
  else next.operation = operation;
  applications[index] = next;
  for (const send of lists) send({ type: 'MODIFIED', application: next });
  for (const send of trees.get(next.metadata.name) ?? []) send(treeOf(next));
  return next;
}

function sync(application, request) {
  const startedAt = now();
  const operation = {
    sync: { revision: request.revision ?? application.status.sync.revision, prune: request.prune },
    initiatedBy: { username: 'admin' },
  };
  const running = change(application, {
    operationState: {
      operation,
      phase: 'Running',
      message: 'waiting for healthy state of apps/Deployment/' + application.metadata.name,
      startedAt,
      syncResult: application.status.operationState.syncResult,
    },
  });
  setTimeout(() => {
    const resources = running.status.resources
      .filter((resource) => !resource.requiresPruning)
      .map((resource) => ({
        ...resource,
        ...(resource.status ? { status: 'Synced' } : {}),
        health: resource.health && { status: 'Healthy' },
      }));
    change(running, {
      resources,
      sync: { ...running.status.sync, status: 'Synced' },
      health: { status: 'Healthy', lastTransitionTime: now() },
      operationState: {
        ...running.status.operationState,
        phase: 'Succeeded',
        message: 'successfully synced (all tasks run)',
        finishedAt: now(),
      },
    });
  }, 4000);
  return running;
}

function stream(request, response, register) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(':\n\n');
  const stop = register((result) => response.write(`data: ${JSON.stringify({ result })}\n\n`));
  request.on('close', stop);
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const refuse = (response, status, message) =>
  json(response, status, { error: message, message, code: status === 401 ? 16 : 7 });

async function answer(request, response) {
  const url = new URL(request.url ?? '/', 'http://fixture');
  const path = url.pathname.replace('/api/v1', '');
  const signedIn = (request.headers.cookie ?? '').includes('fixture=1');
  if (path === '/session' && request.method === 'POST') {
    const { password } = await bodyOf(request);
    if (password !== 'admin') return refuse(response, 401, 'Invalid username or password');
    return json(
      response,
      200,
      { token: 'fixture' },
      { 'set-cookie': 'fixture=1; Path=/; HttpOnly; SameSite=Lax' },
    );
  }
  if (path === '/session') return json(response, 200, {}, { 'set-cookie': 'fixture=; Path=/; Max-Age=0' });
  if (path === '/session/userinfo')
    return json(response, 200, signedIn ? { loggedIn: true, username: 'admin' } : { loggedIn: false });
  if (path === '/api/version') return json(response, 200, { Version: 'v0.1.0+fixture', Platform: 'browser' });
  if (!signedIn) return refuse(response, 401, 'no session information');
  if (path === '/applications')
    return json(response, 200, { metadata: { resourceVersion: String(version) }, items: applications });
  if (path === '/stream/applications')
    return stream(request, response, (send) => (lists.add(send), () => lists.delete(send)));
  const [, streamed, name, rest = ''] = /^(\/stream)?\/applications\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  const application = applications.find((candidate) => candidate.metadata.name === name);
  if (application === undefined)
    return refuse(response, 403, `permission denied: applications, get, ${name}`);
  if (streamed !== undefined) {
    return stream(request, response, (send) => {
      trees.set(name, new Set([...(trees.get(name) ?? []), send]));
      return () => trees.get(name)?.delete(send);
    });
  }
  if (rest === '') return json(response, 200, change(application, { reconciledAt: now() }));
  if (rest === 'sync' || rest === 'rollback')
    return json(response, 200, sync(application, await bodyOf(request)));
  if (rest === 'operation') return json(response, 200, {});
  if (rest === 'resource-tree') return json(response, 200, treeOf(application));
  if (rest === 'managed-resources') return json(response, 200, { items: managedOf(application) });
  if (rest === 'events') return json(response, 200, { items: eventsOf(application, url.searchParams) });
  if (rest === 'resource')
    return json(response, 200, { manifest: JSON.stringify(manifestOf(application, url.searchParams)) });
  const revision = /^revisions\/(.*)\/metadata$/.exec(rest)?.[1];
  if (revision !== undefined) {
    const at = Math.max(0, revisions.indexOf(revision));
    const [message, author] = commits[at % commits.length];
    return json(response, 200, {
      author,
      message,
      date: new Date(Date.now() - (at + 1) * 9_000_000).toISOString(),
    });
  }
  return refuse(response, 404, 'Not Found');
}

// Somebody somewhere always deploys something.
setInterval(() => {
  if (applications.length < 40) return;
  const application = applications[(version * 37) % applications.length];
  if (application.status.operationState.phase === 'Succeeded' && application.status.sync.status === 'Synced')
    sync(application, {});
  else version += 1;
}, 2500);

createServer((request, response) => {
  answer(request, response).catch((error) => refuse(response, 500, String(error)));
}).listen(port, '127.0.0.1', () =>
  process.stdout.write(`Fixture server: http://127.0.0.1:${port} (admin / admin)\n`),
);
