import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHarness } from '../test/harness.ts';
import type { Harness } from '../test/harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  await harness.application('shop');
});
afterAll(() => harness.stop());

const path = '/api/v1/applications/shop/why';

describe('why a field is what it is', () => {
  it('is told of a field of a resource', async () => {
    const response = await harness.call('GET', `${path}?kind=Deployment&resourceName=web&field=spec`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: 'web', repoURL: 'https://git.example/shop.git' });
  });

  it.each([
    ['', 400],
    ['?kind=Deployment&resourceName=web', 400],
    [`?kind=Deployment&resourceName=web&field=${'a'.repeat(3_000)}`, 400],
    ['?kind=Deployment&resourceName=none&field=spec', 404],
  ])('%s is answered with %d', async (query, status) => {
    expect((await harness.call('GET', path + query)).status).toBe(status);
  });
});
