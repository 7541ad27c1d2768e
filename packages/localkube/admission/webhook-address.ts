import type { KubeObject } from '@plumbline/api';
import type { Access } from '../registry/types.ts';
import { record, records, strings, text } from './match.ts';
import type { WebhookCall } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const portDefault = 443;

/** Where a webhook is called; a text says why it cannot be. */
export function addressOf(
  config: Fields,
  seconds: number,
  access: Access,
): Pick<WebhookCall, 'url' | 'connect' | 'caBundle'> | string {
  const bundle = text(config['caBundle']);
  const ca = bundle === '' ? {} : { caBundle: Buffer.from(bundle, 'base64').toString() };
  const given = text(config['url']);
  if (given !== '') {
    const url = new URL(given);
    url.searchParams.set('timeout', `${seconds}s`);
    return { url: url.href, ...ca };
  }
  const service = record(config['service']);
  const [name, namespace] = [text(service['name']), text(service['namespace'])];
  const port = typeof service['port'] === 'number' ? service['port'] : portDefault;
  const path = text(service['path']) || '/';
  const url = `https://${name}.${namespace}.svc:${port}${path}?timeout=${seconds}s`;
  const found = access.get('', 'Service', namespace, name);
  if (found === undefined) return `Post ${JSON.stringify(url)}: service ${JSON.stringify(name)} not found`;
  const connect = endpointOf(found, port, access);
  if (connect === undefined)
    return `Post ${JSON.stringify(url)}: no endpoints available for service ${JSON.stringify(name)}`;
  return { url, connect, ...ca };
}

/** Simulated pods listen nowhere: only endpoints on this machine can be real. */
const local = /^(?:127\.|::1$)/;

function endpointOf(
  service: KubeObject,
  port: number,
  access: Access,
): { readonly host: string; readonly port: number } | undefined {
  const { namespace = '', name } = service.metadata;
  const named = records(record(service.spec)['ports']).find((one) => one['port'] === port);
  for (const slice of access.list('discovery.k8s.io', 'EndpointSlice', namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const ports = records(slice['ports']);
    const target = ports.find((one) => text(one['name']) === text(named?.['name'])) ?? ports[0];
    const host = records(slice['endpoints'])
      .filter((one) => record(one['conditions'])['ready'] !== false)
      .flatMap((one) => strings(one['addresses']))
      .find((address) => local.test(address));
    if (host !== undefined && typeof target?.['port'] === 'number') return { host, port: target['port'] };
  }
  return undefined;
}
