import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { createProgram, runProgram } from '../program.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const fileOf = (page: string): string => join(import.meta.dirname, '../../../docs/reference', `${page}.md`);
const patienceMs = 120_000;

/** The files that a page shows: the named blocks whose names are those of files. */
function filesOf(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/^```\w+ (\S+\.\w+)\n([\s\S]*?)^```$/gm)].map(([, path = '', body = '']) => [
    path,
    body,
  ]);
}

async function run(cwd: string, line: string): Promise<string> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  const env = { PATH: '/usr/bin:/bin', XDG_CACHE_HOME: join(cwd, '.cache') };
  const io = { stdin: new PassThrough(), stdout: output, stderr: output, env, cwd };
  if (line.startsWith('cat ')) return readFileSync(join(cwd, line.slice('cat '.length)), 'utf8');
  const [program, ...args] = wordsOf(line);
  expect(program).toBe('plumb');
  await runProgram(args, io);
  return Buffer.concat(chunks).toString('utf8');
}

/** The words of a command line: quotes keep them together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

/** Runs the commands of a page's `console` blocks in their order and writes what each printed behind it. */
async function played(
  page: string,
): Promise<{ readonly text: string; readonly again: string; readonly count: number }> {
  const text = readFileSync(fileOf(page), 'utf8');
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'plumbline-docs-')));
  folders.push(cwd);
  for (const [path, body] of filesOf(text)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), body);
  }
  let again = text;
  let count = 0;
  for (const [block, body = ''] of text.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
    let out = '';
    for (const line of body.split('\n').filter((one) => one.startsWith('$ '))) {
      count++;
      out += `${line}\n${await run(cwd, line.slice(2))}`;
    }
    again = again.replace(block, () => `\`\`\`console\n${out}\`\`\``);
  }
  return { text, again, count };
}

const pages = ['kustomize', 'directories', 'jsonnet', 'plugins', 'substitution'];

describe('the commands of the pages', () => {
  it.each(pages)(
    'docs/reference/%s.md print what it says (UPDATE_DOCS=1 writes it)',
    async (page) => {
      const { text, again, count } = await played(page);
      if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(fileOf(page), again);
      else expect(again).toBe(text);
      expect(count).toBeGreaterThan(0);
    },
    patienceMs,
  );

  it.each([...pages, 'rendering-known'])(
    'docs/reference/%s.md names no command or flag that is not there',
    async (page) => {
      const io = {
        stdin: new PassThrough(),
        stdout: new PassThrough(),
        stderr: new PassThrough(),
        env: {},
        cwd: '/',
      };
      const program = await createProgram(io);
      const spans = [...readFileSync(fileOf(page), 'utf8').matchAll(/`(plumb [^`]+)`/g)].map(
        ([, span = '']) => span,
      );
      expect(spans.flatMap((span) => unknownIn(program, wordsOf(span).slice(1)))).toEqual([]);
    },
    patienceMs,
  );
});

/** The words of a command line that its command does not know. */
function unknownIn(program: Command, words: readonly string[]): readonly string[] {
  let command = program;
  let at = 0;
  for (; at < words.length; at++) {
    const next = command.commands.find((one) => one.name() === words[at]);
    if (next === undefined) break;
    command = next;
  }
  const flags = words.slice(at).filter((word) => /^--?[a-zA-Z]/.test(word));
  const unknown = flags.filter(
    (flag) => !command.options.some((one) => one.long === flag || one.short === flag),
  );
  return command === program ? words : unknown;
}
