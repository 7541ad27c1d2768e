import { Command, CommanderError } from 'commander';
import { messageOf } from '@plumbline/base';
import { appCommands } from './commands/app/index.ts';
import { clusterCommands } from './commands/cluster.ts';
import { helmCommands } from './commands/helm/index.ts';
import { kustomizeEditCommands } from './commands/kustomize-edit.ts';
import { renderCommand } from './commands/render.ts';
import { serveCommand } from './commands/serve.ts';
import { testCommand } from './commands/test.ts';
import { upCommand } from './commands/up.ts';
import { verifyRenderCommand } from './commands/verify-render.ts';
import { whyCommand } from './commands/why.ts';
import { CommandError, type Io } from './io.ts';
import { version } from './version.ts';

/** The whole command tree. */
export function createProgram(io: Io): Command {
  const program = new Command('plumb')
    .description('Plumbline keeps clusters true to Git')
    .version(version, '-v, --version')
    // What stands behind a command is the command's: `plumb render web --version 1.x` asks for a chart.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError('(see --help)');
  for (const add of [
    upCommand,
    serveCommand,
    clusterCommands,
    renderCommand,
    whyCommand,
    verifyRenderCommand,
    testCommand,
    appCommands,
    kustomizeEditCommands,
    helmCommands,
  ])
    add(program, io);
  return program;
}

/** Runs one command line. Exit codes: 0 ok, 1 it failed, 2 wrongly called. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  inherit(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    if (thrown instanceof CommandError) {
      if (thrown.message !== '') io.stderr.write(`plumb: ${thrown.message}\n`);
      return thrown.exitCode;
    }
    io.stderr.write(
      `plumb: ${io.env['PLUMBLINE_DEBUG'] === undefined ? messageOf(thrown) : String((thrown as Error).stack)}\n`,
    );
    return 1;
  }
}

/** Settings of a command are not handed down by commander on their own. */
function inherit(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inherit(child);
  }
}
