import type { Read } from '@plumbline/api';
import { fromBytes, fromGo, GoError, parseJson } from '@plumbline/languages';
import { remoteRead } from '../../hashes.ts';
import type { HelmChart } from '../chart/types.ts';
import type { OutsideSchemas, WebPort } from './outside.ts';

/** Charts name a handful; one that leads from address to address without end is stopped. */
const documentsMax = 50;

/**
 * Brings what the schemas of a chart and of the charts below it refer to on the web, and what that refers to, as Helm
 * does while it validates; a render itself never waits for anybody. Without a port everything is refused.
 */
export async function bringSchemas(
  chart: HelmChart,
  web: WebPort | undefined,
  reads: Read[],
): Promise<OutsideSchemas> {
  const brought = new Map<string, { readonly value: unknown } | { readonly failure: string }>();
  for (let missing = missingIn(chart, brought); missing.length > 0; missing = missingIn(chart, brought)) {
    for (const url of missing) {
      if (brought.size >= documentsMax) brought.set(url, { failure: `more than ${documentsMax} schemas` });
      else brought.set(url, web === undefined ? refused : await bring(url, web, reads));
    }
  }
  return brought;
}

const refused = { failure: 'schemas on the web cannot be had here' };

function missingIn(chart: HelmChart, brought: OutsideSchemas): readonly string[] {
  const below = chart.dependencies.flatMap((sub) => missingIn(sub, brought));
  return [...new Set([...(chart.schema?.missing(brought) ?? []), ...below])];
}

async function bring(
  url: string,
  web: WebPort,
  reads: Read[],
): Promise<{ readonly value: unknown } | { readonly failure: string }> {
  const got = await web(url);
  if (!got.ok) return { failure: got.error.message };
  reads.push({ path: remoteRead(url), hash: got.value.revision });
  try {
    return { value: fromGo(parseJson(fromBytes(got.value.bytes))) };
  } catch (thrown) {
    if (thrown instanceof GoError) return { failure: thrown.message };
    throw thrown;
  }
}
