import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { startLocalKube, type LocalKube } from '../index.ts';
import { play, warningTexts, type RecordedCase, type Send } from './play.ts';

const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.jsonl'));

describe.each(files)('requests recorded on kube-apiserver: %s', (file) => {
  const cases = readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedCase);
  let kube: LocalKube;
  let send: Send;

  beforeAll(async () => {
    kube = await startLocalKube({
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
      controllers: false,
      pods: 'none',
    });
    const { url } = await kube.listen({ host: '127.0.0.1', port: 0 });
    send = async ({ method, target, headers, body }) => {
      const answer = await fetch(url + target, { method, headers, ...(body !== undefined && { body }) });
      const warnings = warningTexts(answer.headers.get('warning') ?? '');
      return { status: answer.status, warnings, text: await answer.text() };
    };
  });

  afterAll(() => kube.stop());

  it.each(cases.map((one) => [one.name, one] as const))('answers %s alike', async (_, one) => {
    await play(one.before, send, one.id);
    expect(await play(one.steps, send, one.id)).toEqual(one.answers);
  });
});
