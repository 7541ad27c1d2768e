// node tools/oracles/install.mjs [NAME...]: builds the named oracles (all without a name) and links them into
// .cache/oracles/bin. What was built lies outside the clone, so that a second clone costs nothing. Without Go it says
// so and ends well: conformance runs then skip.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { harnesses, kubernetes, modules } from './table.mjs';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const links = join(root, '.cache', 'oracles', 'bin');
const store = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plumbline-oracles');
const exec = promisify(execFile);
const environment = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod' };

const known = [...Object.keys(modules), ...Object.keys(harnesses), ...Object.keys(kubernetes.programs)];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. Known: ${known.join(', ')}\n`);
  process.exit(2);
}
if (spawnSync('go', ['version']).status !== 0) {
  process.stdout.write('Go is not installed: no oracles, what compares with them will be skipped\n');
  process.exit(0);
}
await mkdir(links, { recursive: true });
for (const name of wanted) await provide(name);

/** Builds one program unless this version was built before, and links it. */
async function provide(name) {
  const version = await versionOf(name);
  const target = join(store, `${name}-${version}`);
  if (!existsSync(target)) {
    const began = Date.now();
    process.stdout.write(`${name} ${version} ...\n`);
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-oracle-'));
    try {
      const built = await build(name, folder);
      await mkdir(store, { recursive: true });
      await exec('cp', [built, `${target}.part`]);
      await rename(`${target}.part`, target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    process.stdout.write(`${name} ${version}: ${Math.round((Date.now() - began) / 1000)} s\n`);
  }
  await rm(join(links, name), { force: true });
  await symlink(target, join(links, name));
}

/** Harnesses are ours: they are built anew when they change. */
async function versionOf(name) {
  if (name in modules) return modules[name].version;
  if (!(name in harnesses)) return name === 'etcd' ? kubernetes.etcd : kubernetes.version;
  const { version, folder } = harnesses[name];
  const hash = createHash('sha256');
  for (const file of await sourcesOf(folder)) hash.update(await readFile(file));
  return `${version}-${hash.digest('hex').slice(0, 8)}`;
}

function build(name, folder) {
  if (name in modules) return buildModule(name, folder);
  return name in harnesses ? buildHarness(name, folder) : buildKubernetes(name, folder);
}

async function sourcesOf(folder) {
  const place = new URL(`./${folder}/`, import.meta.url).pathname;
  const names = (await readdir(place)).filter((file) => file.endsWith('.go'));
  return names.sort().map((file) => join(place, file));
}

/** A program of ours around a library of upstream. */
async function buildHarness(name, folder) {
  const { module, version, folder: sources } = harnesses[name];
  const lines = ['module oracle', '', 'go 1.26', `require ${module} ${version}`, ''];
  await writeFile(join(folder, 'go.mod'), lines.join('\n'));
  for (const file of await sourcesOf(sources)) await copyFile(file, join(folder, basename(file)));
  await go(['mod', 'tidy'], folder);
  await go(['build', '-trimpath', '-ldflags', '-s -w', '-o', 'program', '.'], folder);
  return join(folder, 'program');
}

async function buildModule(name, folder) {
  const { module, version, program, replaced } = modules[name];
  if (replaced !== undefined) return buildReplaced(modules[name], folder);
  const flags = name.startsWith('helm') ? `-s -w ${helmVersion(module, version)}` : '-s -w';
  await go(['install', '-trimpath', '-ldflags', flags, `${module}@${version}`], folder, {
    GOBIN: folder,
    GOFLAGS: '',
  });
  return join(folder, program ?? name);
}

/** A program of a module that only builds with replacements, from a module of ours that makes them. */
async function buildReplaced({ module, version, replaced }, folder) {
  const lines = Object.entries(replaced).map(([name, other]) => `replace ${name} => ${name} ${other}`);
  const head = ['module oracle', '', 'go 1.26', `require ${module} ${version}`];
  await writeFile(join(folder, 'go.mod'), [...head, ...lines, ''].join('\n'));
  await go(['build', '-trimpath', '-ldflags', '-s -w', '-o', 'program', module], folder);
  return join(folder, 'program');
}

/** Helm says its version in what it writes; a build from the module would say `v3.x+unreleased`. */
function helmVersion(module, version) {
  const base = module.replace(/\/cmd\/helm$/, '');
  return `-X ${base}/internal/version.version=${version} -X ${base}/internal/version.metadata=`;
}

async function buildKubernetes(name, folder) {
  const { imports, main } = kubernetes.programs[name];
  await writeFile(join(folder, 'go.mod'), await wrapperModule());
  const lines = ['package main', '', 'import (', '\t"os"', ...imports.map((line) => `\t${line}`), ')', ''];
  await writeFile(join(folder, 'main.go'), [...lines, `func main() { ${main} }`, ''].join('\n'));
  await go(['mod', 'tidy'], folder);
  const [major, minor] = kubernetes.version.slice(1).split('.');
  const set = (key, value) => `-X k8s.io/component-base/version.${key}=${value}`;
  const flags = [
    '-s -w',
    set('gitVersion', kubernetes.version),
    set('gitMajor', major),
    set('gitMinor', minor),
  ];
  await go(['build', '-trimpath', '-ldflags', flags.join(' '), '-o', 'program', '.'], folder);
  return join(folder, 'program');
}

/** Kubernetes names its staging modules as v0.0.0 with replacements that only its own go.mod has. */
async function wrapperModule() {
  const { version, etcd } = kubernetes;
  const { stdout } = await exec('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${version}`], {
    env: environment,
    cwd: tmpdir(),
  });
  const text = await readFile(JSON.parse(stdout).GoMod, 'utf8');
  const staged = [
    ...new Set([...text.matchAll(/^\s*(k8s\.io\/\S+) v0\.0\.0(?=\s)/gm)].map((match) => match[1])),
  ];
  const published = `v0${version.slice(2)}`;
  return [
    'module oracle',
    '',
    'go 1.26',
    'godebug default=go1.26',
    `require k8s.io/kubernetes ${version}`,
    `require go.etcd.io/etcd/server/v3 ${etcd}`,
    ...staged.map((module) => `replace ${module} => ${module} ${published}`),
    '',
  ].join('\n');
}

async function go(args, cwd, more = {}) {
  const options = { cwd, env: { ...environment, ...more }, maxBuffer: 64 * 1024 * 1024 };
  await exec('go', args, options).catch(({ stderr }) => {
    throw new Error(`go ${args[0]} failed:\n${String(stderr).split('\n').slice(-8).join('\n')}`);
  });
}
