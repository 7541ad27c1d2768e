import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { powers, rooms } from './architecture.table.ts';

const root = join(import.meta.dirname, '..');

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.includes('/test/');
const all = [...sources('packages')];
const product = all.filter((file) => !isTest(file));

function wrongImports(file: string): string[] {
  const name = file.split('/')[1] ?? '';
  const room = rooms[name];
  if (room === undefined) return [`${file}: room ${name} is not in the table`];
  return importsOf(file).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = join(file, '..', specifier);
      return target.startsWith(`packages/${name}/`) ? [] : [`${file}: leaves its room by ${specifier}`];
    }
    if (specifier.startsWith('node:')) {
      if (powers[specifier] !== undefined)
        return powers[specifier].includes(file) ? [] : [`${file}: may not hold the power ${specifier}`];
      if (name === 'base') return file.startsWith('packages/base/node/') ? [] : [`${file}: ${specifier}`];
      return room.node === '*' || room.node.includes(specifier) ? [] : [`${file}: ${specifier}`];
    }
    if (specifier.startsWith('@plumbline/')) {
      const other = specifier.split('/')[1] ?? '';
      const below = rooms[other];
      return below !== undefined && below.layer < room.layer
        ? []
        : [`${file}: ${specifier} is not below ${name}`];
    }
    const parts = specifier.split('/');
    const dependency = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
    return room.packages.includes(dependency) ? [] : [`${file}: ${dependency} is not allowed in ${name}`];
  });
}

describe('the rooms', () => {
  it('import only what lies below them', () => {
    expect(product.flatMap(wrongImports)).toEqual([]);
  });

  it('declare exactly what they import', () => {
    const problems: string[] = [];
    for (const name of Object.keys(rooms)) {
      const manifest = JSON.parse(readFileSync(join(root, `packages/${name}/package.json`), 'utf8'));
      const declared = new Set(Object.keys(manifest.dependencies ?? {}));
      const used = new Set(
        product
          .filter((file) => file.startsWith(`packages/${name}/`))
          .flatMap(importsOf)
          .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
          .map((specifier) =>
            specifier
              .split('/')
              .slice(0, specifier.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      );
      for (const dependency of used)
        if (!declared.has(dependency)) problems.push(`${name} imports ${dependency} without declaring it`);
      for (const dependency of declared)
        if (!used.has(dependency)) problems.push(`${name} declares ${dependency} without importing it`);
    }
    expect(problems).toEqual([]);
  });

  it('each have a README', () => {
    for (const name of Object.keys(rooms))
      expect(readFileSync(join(root, `packages/${name}/README.md`), 'utf8').length).toBeGreaterThan(100);
  });

  it('are the ones that ARCHITECTURE.md shows', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const shown = [...text.matchAll(/^\| `(\w+)\/` \| (\d) \|/gm)].map((match) => `${match[1]} ${match[2]}`);
    expect(shown).toEqual(Object.entries(rooms).map(([name, room]) => `${name} ${room.layer}`));
  });

  it('import no circle of files', () => {
    const graph = new Map(
      all.map((file) => [
        file,
        importsOf(file)
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => join(file, '..', specifier)),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('keep dialects out of the engine', () => {
    const words = /argo|flux|tekton|helm|kustomize|PreSync|PostSync|SyncFail|\bApplication\b|HelmRelease/i;
    const found = product
      .filter((file) => file.startsWith('packages/engine/'))
      .flatMap((file) =>
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .flatMap((line, index) => (words.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
      );
    expect(found).toEqual([]);
  });

  it('hold no file of more than 500 lines', () => {
    const long = [...all, ...sources('web'), ...sources('testkit'), ...sources('e2e'), ...sources('tools')]
      .filter((file) => !file.endsWith('.gen.ts'))
      .filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 501);
    expect(long).toEqual([]);
  });
});
