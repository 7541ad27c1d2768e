import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, kubectlAvailable } from './harness/kubectl.ts';
import { program, removeFolder, root, startPlumb, temporaryFolder, type Plumb } from './harness/plumb.ts';

/** A fenced block: shell commands are run, YAML is applied, both in the order of the page. */
interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w+)( skip)?\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[2] === undefined)
    .map((match) => ({
      language: match[1] ?? '',
      text: match[3] ?? '',
      line: text.slice(0, match.index).split('\n').length,
    }))
    .filter((block) => block.language === 'sh' || block.language === 'yaml');
}

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`),
].filter((page) => blocksOf(page).length > 0);

describe.skipIf(!kubectlAvailable())('the commands and YAML of the pages work as printed', () => {
  const folder = temporaryFolder();
  let plumb: Plumb;
  let work: string;
  beforeAll(async () => {
    plumb = await startPlumb(join(folder, 'data'), ['--demo']);
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin/npx'),
      `#!/bin/sh\nshift\nexec "${process.execPath}" "${program}" "$@"\n`,
    );
    chmodSync(join(folder, 'bin/npx'), 0o755);
  });
  afterAll(async () => {
    await plumb?.stop();
    removeFolder(folder);
  });

  const bash = (script: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn('bash', ['-eu', '-o', 'pipefail', '-c', script], {
        cwd: work,
        env: {
          ...process.env,
          PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
          GIT_CONFIG_GLOBAL: '/dev/null',
        },
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('close', (code) =>
        code === 0 ? resolve(output) : reject(new Error(`exit code ${code}:\n${output}`)),
      );
    });

  it.each(pages)('%s', async (page) => {
    work = join(folder, page.replace(/\W+/g, '-'));
    mkdirSync(work);
    symlinkSync(plumb.data, join(work, '.plumbline'));
    for (const block of blocksOf(page)) {
      // The pages name the usual addresses; this run has others.
      const text = block.text.replaceAll('http://127.0.0.1:8080', plumb.endpoints.ui);
      try {
        if (block.language === 'yaml') await kubectl(plumb.endpoints.kubeconfig, ['apply', '-f', '-'], text);
        else await bash(text);
      } catch (thrown) {
        throw new Error(`${page}:${block.line}: ${String(thrown)}`, { cause: thrown });
      }
    }
    expect(work).toBeDefined();
  });
});
