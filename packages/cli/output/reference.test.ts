import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { commandReference } from './reference.ts';

/** Every command is loaded for it, which takes its time where no other test has done so before. */
const patienceMs = 120_000;

it(
  'is what docs/reference/commands.md shows (UPDATE_DOCS=1 writes it)',
  async () => {
    const file = join(import.meta.dirname, '../../../docs/reference/commands.md');
    const io = {
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      env: {},
      cwd: '/',
    };
    const text = commandReference(await createProgram(io));
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
  patienceMs,
);
