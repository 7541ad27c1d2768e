// npm run conformance:kubernetes [-- --seeds 1-10000,20001] [--only KIND] [--area A] [--shrink] [--record FOLDER] [-v]
// Sends generated sequences of requests to kube-apiserver and to the embedded API side by side and compares the answers.
// Known differences are in kubernetes-known.txt and told of in docs/reference/kubernetes-api.md. Ends with 0 when at
// least 98 of 100 sequences are equal.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { play } from '../../packages/localkube/recorded/play.ts';
import { differences, familyOf } from './kubernetes/compare.mjs';
import { definitionCount, definitionOf } from './kubernetes/custom.mjs';
import { preparationOf } from './kubernetes/record.mjs';
import { sequenceOf } from './kubernetes/sequences.mjs';
import { oracles, startOurs, startReal } from './kubernetes/servers.mjs';
import { shrunk } from './kubernetes/shrink.mjs';

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1-10000' },
    only: { type: 'string' },
    area: { type: 'string' },
    shrink: { type: 'boolean' },
    record: { type: 'string' },
    known: { type: 'string', default: join(import.meta.dirname, 'kubernetes-known.txt') },
    parallel: { type: 'string', default: '12' },
    sources: { type: 'boolean' },
    verbose: { type: 'boolean', short: 'v' },
    keep: { type: 'string' },
    report: { type: 'string' },
  },
});

const missing = ['etcd', 'kube-apiserver'].filter((name) => !existsSync(join(oracles, name)));
if (missing.length > 0) {
  process.stdout.write(
    `${missing.join(' and ')} not built (node tools/oracles/install.mjs)\n0 passed, 0 failed, 1 skipped\n`,
  );
  process.exit(0);
}

/** Patterns on the text of a difference, each with its reason. */
const known = (existsSync(flags.known) ? readFileSync(flags.known, 'utf8') : '')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => new RegExp(line.split(' // ')[0].trim()));

/** `1-100,205`: ranges and single ones. */
const seeds = flags.seeds.split(',').flatMap((part) => {
  const [from, to = from] = part.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
});
const folder = mkdtempSync(join(tmpdir(), 'plumbline-kubernetes-'));
const began = Date.now();
const servers = await Promise.allSettled([
  startReal(join(folder, 'real')),
  startOurs(join(folder, 'ours'), flags.sources),
]);
const running = servers.filter((one) => one.status === 'fulfilled').map((one) => one.value);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void finish(130));
const failed = servers.find((one) => one.status === 'rejected');
if (failed !== undefined) {
  process.stderr.write(`${failed.reason.message}\n`);
  await finish(1);
}
const [real, ours] = running;

/** What all sequences share: namespaces with an account, and the definitions. */
async function prepare(server) {
  const post = async (target, body) => {
    const answer = await server.send({
      method: 'POST',
      target,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status === 201) return true;
    process.stdout.write(`${server.name} refused ${target}: ${answer.text.slice(0, 600)}\n`);
    return false;
  };
  for (let n = 0; n < 8; n++) {
    const name = `conformance-${n}`;
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await post(`/api/v1/namespaces/${name}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    });
  }
  const accepted = [];
  for (let n = 0; n < definitionCount; n++) {
    const definition = definitionOf(n);
    const target = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    if (await post(target, definition)) accepted.push(definition);
  }
  for (const definition of accepted) {
    const { group, versions } = definition.spec;
    for (const { name } of versions) await untilServed(server, `/apis/${group}/${name}/things`);
  }
}

async function untilServed(server, target) {
  for (let tries = 0; tries < 200; tries++) {
    const { status } = await server.send({ method: 'GET', target, headers: {} });
    if (status === 200) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`${server.name} does not serve ${target}`);
}

const asText = (seen) => JSON.stringify(seen);

/** Both servers play a sequence. Go's maps have no order, so what differs is asked again: any answer that was given counts. */
async function compare(seed) {
  const at = (id) => sequenceOf(seed, id, flags);
  const first = `q${seed}`;
  const sequence = at(first);
  const [theirs, own] = await Promise.all([
    play(sequence.steps, real.send, first),
    play(sequence.steps, ours.send, first),
  ]);
  if (asText(theirs) === asText(own)) return { sequence, equal: true };
  for (const prefix of ['r', 't', 'u']) {
    const id = `${prefix}${seed}`;
    const again = await play(at(id).steps, real.send, id);
    if (asText(again) === asText(own)) return { sequence, equal: true };
  }
  const found = differences(theirs, own);
  const accepted = found.every((difference) => known.some((pattern) => pattern.test(difference.text)));
  return { sequence, equal: false, accepted, theirs, own, found };
}

try {
  await Promise.all([prepare(real), prepare(ours)]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  await finish(1);
}
process.stdout.write(`both servers are ready after ${((Date.now() - began) / 1000).toFixed(1)} s\n`);

const results = [];
let next = 0;
async function worker() {
  while (next < seeds.length) {
    const seed = seeds[next++];
    const result = await compare(seed).catch((error) => ({
      sequence: { seed, ...sequenceOf(seed, `q${seed}`, flags) },
      equal: false,
      accepted: known.some((pattern) => pattern.test(`no answer: ${error.message}`)),
      found: [
        {
          step: 0,
          path: '/status',
          theirs: 'an answer',
          own: error.message,
          text: `no answer: ${error.message}`,
        },
      ],
    }));
    if (result.equal) delete result.sequence.steps;
    results.push(result);
  }
}
await Promise.all(Array.from({ length: Number(flags.parallel) }, worker));

const percent = (part, whole) => `${((100 * part) / Math.max(whole, 1)).toFixed(2)} %`;
const areas = grouped(results, (result) => result.sequence.area);
for (const [area, list] of [...areas].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const equal = list.filter((result) => result.equal).length;
  process.stdout.write(
    `${area.padEnd(12)} ${String(equal).padStart(5)} of ${list.length} equal, ${percent(equal, list.length)}\n`,
  );
}
const different = results.filter((result) => !result.equal);
const families = [...grouped(different, (result) => familyOf(result))].toSorted(
  (a, b) => b[1].length - a[1].length,
);
if (families.length > 0) process.stdout.write('what differs most:\n');
for (const [family, list] of families.slice(0, flags.verbose ? families.length : 25)) {
  const seeds = list.slice(0, 4).map((result) => result.sequence.seed);
  process.stdout.write(
    `${String(list.length).padStart(5)}  ${family}  (${seeds.join(' ')})${list[0].accepted ? ' known' : ''}\n`,
  );
}
if (flags.report !== undefined)
  writeFileSync(flags.report, different.map((result) => `${JSON.stringify(result)}\n`).join(''));
if (flags.shrink || flags.record !== undefined) {
  for (const [family, list] of families.slice(0, 20)) {
    const before = preparationOf(list[0].sequence);
    const small = { before, ...(await shrunk(list[0], real.send, ours.send)) };
    process.stdout.write(`\n${family}\n${JSON.stringify(small, undefined, 1)}\n`);
    if (flags.record !== undefined)
      writeFileSync(
        join(flags.record, `seed-${list[0].sequence.seed}.json`),
        `${JSON.stringify(small, undefined, 1)}\n`,
      );
  }
}
const equal = results.length - different.length;
const accepted = different.filter((result) => result.accepted).length;
process.stdout.write(
  `${equal} of ${results.length} sequences equal, ${percent(equal, results.length)}, in ${((Date.now() - began) / 1000).toFixed(0)} s\n` +
    `${equal} passed, ${different.length - accepted} failed, ${accepted} skipped\n`,
);
await finish(equal + accepted >= 0.98 * results.length && results.length > 0 ? 0 : 1);

function grouped(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

async function finish(code) {
  await Promise.allSettled(running.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
