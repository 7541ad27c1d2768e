import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurity, startLocalKube, type LocalKube } from '../index.ts';

const root = process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../.cache/conformance');
const folder = join(root, 'kubernetes-api');
const present = existsSync(join(folder, 'golden.jsonl'));

/* oxlint-disable typescript/no-explicit-any -- the cases are plain JavaScript that calls back with whatever came */
type Any = any;

interface Case {
  readonly id: string;
  readonly options: Any;
  readonly steps: readonly Any[];
}

const library: Any = present ? await import(pathToFileURL(join(folder, 'lib.mjs')).href) : {};
const golden = new Map<string, readonly unknown[]>(
  present
    ? readFileSync(join(folder, 'golden.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; steps: unknown[] })
        .map(({ id, steps }) => [id, steps])
    : [],
);

async function casesOf(area: string): Promise<readonly Case[]> {
  if (!present) return [];
  const { default: all } = (await import(pathToFileURL(join(folder, 'cases', `${area}.mjs`)).href)) as Any;
  return (all as Any[])
    .map(([id, ...rest]) => {
      const [first] = rest;
      const options = first && !Array.isArray(first) && !first.m && !first.sleep ? rest.shift() : {};
      return { id: `${area}/${id}`, options, steps: rest.flat(3) };
    })
    .filter(({ id }) => golden.has(id));
}

let kube: LocalKube;
let client: Any;
let count = 0;

beforeAll(async () => {
  const secured = createSecurity({ random: systemRandom, now: () => systemClock.now() });
  kube = await startLocalKube({
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    controllers: true,
    pods: 'none',
    security: secured.security,
  });
  secured.seed(kube.access);
  const { url } = await kube.listen({ host: '127.0.0.1', port: 0, tls: secured.tls });
  const { caCert: ca, clientCert: cert, clientKey: key } = secured.admin;
  client = present ? new library.Client({ server: url, ca, cert, key }) : undefined;
});

afterAll(() => kube.stop());

const isJson = (text: string): boolean => /^[[{"]/.test(text.trim());

/** Plays a case as the recorder did and gives what it would have recorded. */
async function play({ id, options, steps }: Case): Promise<readonly unknown[]> {
  const area = id.split('/')[0];
  const unique = `zq${String(count++).padStart(6, 'a')}`;
  const values: Any = { U: unique, NS: options.ns === false ? undefined : `h-${unique}` };
  const fill = (text: string): string =>
    text
      .replaceAll(/\$NS\b/g, values.NS ?? 'default')
      .replaceAll(/\$U(?![A-Za-z])/g, unique)
      .replaceAll(/%([a-zA-Z]\w*)%/g, (whole, key) => (key in values ? String(values[key]) : whole));
  const urlOf = (path: string): string => {
    if (path.startsWith('/')) return fill(path);
    const [, alias = '', rest = ''] = /^([a-z0-9]+)(.*)$/s.exec(path) ?? [];
    return fill(library.ALIAS[alias] + rest);
  };
  const send = async (step: Any): Promise<Any> => {
    const headers: Any = {};
    if (step.as) headers['Impersonate-User'] = fill(step.as);
    if (step.as && step.groups) headers['Impersonate-Group'] = step.groups.map(fill);
    const raw = typeof step.b === 'function' ? step.b(values) : step.b;
    const body = raw === undefined ? undefined : fill(JSON.stringify(raw));
    if (body !== undefined) headers['Content-Type'] = step.ct ?? 'application/json';
    for (const [name, value] of Object.entries(step.h ?? {}))
      headers[name] = typeof value === 'string' ? fill(value) : value;
    return client.req(step.m, urlOf(step.p), { headers, body });
  };
  const result: unknown[] = [];
  if (values.NS !== undefined) {
    await send({
      m: 'POST',
      p: 'ns',
      b: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: values.NS } },
    });
    if (options.sa !== false)
      await until(
        () => send({ m: 'GET', p: 'sa/default' }),
        ({ status }) => status === 200,
      );
  }
  for (const step of steps) {
    if (step.sleep) continue;
    const wanted = step.until;
    const answer = await until(
      () => send(step),
      (one) => wanted === undefined || wanted(parse(one.text), one.status, values),
    );
    result.push(recordOf(step, answer, values, area === 'crd', options));
  }
  return JSON.parse(JSON.stringify(result)) as unknown[];
}

const parse = (text: string): Any => (isJson(text) ? JSON.parse(text) : text);

/** Asks again until the answer is the one that is waited for. */
async function until(ask: () => Promise<Any>, reached: (answer: Any) => boolean): Promise<Any> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (reached(answer) || tries > 200) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function recordOf(step: Any, answer: Any, values: Any, sort: boolean, options: Any): unknown {
  const body = parse(answer.text);
  const how = {
    sort: options.sort || sort,
    mf: step.mf,
    st: step.st || (step.m === 'POST' && !step.until),
  };
  if (step.quiet) {
    const failed = answer.status >= 400 && !step.until;
    return { status: answer.status, ...(failed && { body: library.norm(body, values, how) }) };
  }
  const warn = (answer.raw as string[]).flatMap((name, i) =>
    i % 2 === 0 && name.toLowerCase() === 'warning' ? [library.normString(answer.raw[i + 1], values)] : [],
  );
  const picked = step.pick ? step.pick(body, answer, values) : body;
  return {
    status: answer.status,
    ...(warn.length > 0 && { warn }),
    ...(step.body !== false && picked !== undefined && { body: library.norm(picked, values, how) }),
  };
}

describe.skipIf(!present).each(['admission', 'rbac', 'crd'])('recorded requests: %s', async (area) => {
  const cases = await casesOf(area);
  it.each(cases.map((one) => [one.id, one] as const))('%s', { timeout: 20_000 }, async (id, one) => {
    expect(await play(one)).toEqual(golden.get(id));
  });
});
