import { Command, CommanderError } from 'commander';
import { messageOf } from '@plumbline/base';
import { CommandError, type Io } from './io.ts';
import { version } from './version.ts';

type Add = (program: Command, io: Io) => void;

/**
 * The commands and what brings them, in the order of the help. Only the one that is called is loaded: the others would
 * cost more than many of them take.
 */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  cluster: async () => (await import('./commands/cluster.ts')).clusterCommands,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  why: async () => (await import('./commands/why.ts')).whyCommand,
  'verify-render': async () => (await import('./commands/verify-render.ts')).verifyRenderCommand,
  test: async () => (await import('./commands/test.ts')).testCommand,
  app: async () => (await import('./commands/app/index.ts')).appCommands,
  kustomize: async () => (await import('./commands/kustomize-edit.ts')).kustomizeEditCommands,
  helm: async () => (await import('./commands/helm/index.ts')).helmCommands,
};

/** The command tree; with a name that it knows only that command of it. */
export async function createProgram(io: Io, name = ''): Promise<Command> {
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
  const one = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const loaded = await Promise.all(
    (one === undefined ? Object.values(commands) : [one]).map((load) => load()),
  );
  for (const add of loaded) add(program, io);
  return program;
}

/** Runs one command line. Exit codes: 0 ok, 1 it failed, 2 wrongly called. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  if (args.length === 1 && (args[0] === '-v' || args[0] === '--version')) {
    io.stdout.write(`${version}\n`);
    return 0;
  }
  const program = await createProgram(io, args[0]);
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
