import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Provider } from './push.ts';

/** A value of `argocd-secret`. */
export type SecretValue = (name: string) => Promise<string | undefined>;

/** True where the sender proved that it knows the provider's secret, or where none is set. */
export async function isAuthentic(
  provider: Provider,
  headers: Headers,
  body: Uint8Array,
  value: SecretValue,
): Promise<boolean> {
  switch (provider) {
    case 'github':
      return signed(await value('webhook.github.secret'), body, headers.get('x-hub-signature-256'));
    case 'gitea':
      return signed(await value('webhook.gogs.secret'), body, headers.get('x-gitea-signature'));
    case 'gogs':
      return signed(await value('webhook.gogs.secret'), body, headers.get('x-gogs-signature'));
    case 'bitbucketserver':
      return signed(await value('webhook.bitbucketserver.secret'), body, headers.get('x-hub-signature'));
    case 'gitlab':
      return same(await value('webhook.gitlab.secret'), headers.get('x-gitlab-token'));
    case 'bitbucket':
      return same(await value('webhook.bitbucket.uuid'), headers.get('x-hook-uuid'));
    case 'azuredevops': {
      const username = await value('webhook.azuredevops.username');
      const password = await value('webhook.azuredevops.password');
      if (username === undefined && password === undefined) return true;
      const basic = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
      return same(`Basic ${basic}`, headers.get('authorization'));
    }
  }
}

function signed(secret: string | undefined, body: Uint8Array, signature: string | null): boolean {
  if (secret === undefined || secret === '') return true;
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return same(expected, signature?.replace(/^sha256=/, '') ?? null);
}

/** Compares digests, so that neither content nor length shows in the time that it takes. */
function same(expected: string | undefined, given: string | null): boolean {
  if (expected === undefined || expected === '') return true;
  if (given === null) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
