import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@plumbline/api';
import { isRecord } from '@plumbline/base';
import { readYamlStream } from '@plumbline/languages';
import { memoryTree } from '@plumbline/testkit';
import type { HelmRequest } from '../index.ts';

/** Where the conformance data lies. */
export const conformanceRoot = join(
  process.env['PLUMBLINE_CONFORMANCE'] ?? join(import.meta.dirname, '../../../../.cache/conformance'),
  'rendering',
);

/** A folder of this machine in memory. */
export function treeOf(folder: string): Tree {
  const files: Record<string, Uint8Array> = {};
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`;
      if (statSync(join(folder, path)).isDirectory()) walk(path);
      else files[path] = readFileSync(join(folder, path));
    }
  };
  walk('');
  return memoryTree(files);
}

/** The flags of `plumb render` as a request; files are relative to `folder`. */
export function requestOf(
  flags: readonly string[],
  folder: string,
): Omit<HelmRequest, 'chart'> & { readonly releaseName: string } {
  const all = new Map<string, string[]>();
  const switches = new Set(['--include-crds', '--skip-tests', '--is-upgrade']);
  for (let i = 0; i < flags.length; i++) {
    const flag = flags[i] ?? '';
    const [name = '', inline] = flag.startsWith('--') ? flag.split(/=(.*)/s, 2) : [flag];
    const value = switches.has(name) ? 'true' : (inline ?? flags[++i] ?? '');
    all.set(name, [...(all.get(name) ?? []), value]);
  }
  const list = (...names: readonly string[]) => names.flatMap((name) => all.get(name) ?? []);
  const kubeVersion = list('--kube-version').at(-1);
  return {
    releaseName: list('--release-name').at(-1) ?? 'release-name',
    namespace: list('-n', '--namespace').at(-1) ?? 'default',
    values: {
      files: list('-f', '--values').map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') })),
      set: list('--set'),
      setString: list('--set-string'),
      setJson: list('--set-json'),
    },
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: list('--api-versions', '-a').flatMap((versions) => versions.split(',')),
    includeCrds: all.has('--include-crds'),
    skipTests: all.has('--skip-tests'),
    isUpgrade: all.has('--is-upgrade'),
    showOnly: list('--show-only', '-s'),
  };
}

/** A place that differs from run to run. */
export interface Masked {
  readonly object: string;
  readonly path: string;
}

/** The objects of a stream by their ids, with masked places taken out. */
export function objectsOf(text: string, masked: readonly Masked[]): Map<string, unknown> {
  const stream = readYamlStream(text, { file: 'output', duplicateKeys: 'last' });
  const objects = new Map<string, unknown>();
  for (const { value } of stream.documents) {
    if (!isRecord(value)) continue;
    const id = idOf(value);
    let unique = id;
    for (let n = 1; objects.has(unique); n++) unique = `${id}#${n}`;
    const copy = structuredClone(value);
    for (const { object, path } of masked) {
      if (patternOf(object).test(unique)) mask(copy, path.slice(1).split('/'));
    }
    objects.set(patternless(unique, masked), copy);
  }
  return objects;
}

function idOf(object: Readonly<Record<string, unknown>>): string {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const parts = [object['apiVersion'], object['kind'], metadata['namespace'], metadata['name']];
  return parts
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part ?? '')))
    .join('|')
    .replaceAll('""', '');
}

function patternOf(object: string): RegExp {
  return new RegExp(`^${object.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
}

/** An object whose name is random is known by the pattern that covers it. */
function patternless(id: string, masked: readonly Masked[]): string {
  return masked.find(({ object }) => object.includes('*') && patternOf(object).test(id))?.object ?? id;
}

function mask(value: unknown, path: readonly string[]): void {
  const [head, ...rest] = path;
  if (head === undefined || value === null || typeof value !== 'object') return;
  const key = head.replaceAll('~1', '/').replaceAll('~0', '~');
  const record = value as Record<string, unknown>;
  if (rest.length > 0) mask(record[key], rest);
  else if (key in record) record[key] = 'masked';
}
