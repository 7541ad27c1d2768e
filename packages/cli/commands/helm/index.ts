import type { Command } from 'commander';
import type { Io } from '../../io.ts';
import {
  addChartOptions,
  addClusterOptions,
  addOutputOption,
  addWriteOptions,
  withPlainValues,
} from './options.ts';

/** `plumb helm ...`: the verbs of `helm` on releases, interchangeable with it. */
export function helmCommands(parent: Command, io: Io): void {
  const helm = parent.command('helm').description('Releases of charts, kept as Helm keeps them');
  installCommand(helm, io);
  upgradeCommand(helm, io);
  rollbackCommand(helm, io);
  uninstallCommand(helm, io);
  testCommand(helm, io);
  listCommand(helm, io);
  readCommands(helm, io);
  getCommands(helm.command('get').description('Download extended information of a named release'), io);
}

// What only these commands need is loaded when one of them runs, so that all others start without it.
const writing = () => import('./write.ts');
const reading = () => import('./read.ts');

function installCommand(helm: Command, io: Io): void {
  addChartOptions(
    helm.command('install [args...]').usage('[NAME] [CHART] [options]').description('Install a chart'),
  )
    .option('-g, --generate-name', 'generate the name (and omit the NAME parameter)')
    .option('--name-template <template>', 'refused: name the release')
    .option('--replace', 'reuse the given name, only if it is that of an uninstalled release')
    .action(async (args: string[], flags) => (await writing()).install(args, flags, io));
}

function upgradeCommand(helm: Command, io: Io): void {
  addChartOptions(helm.command('upgrade <release> <chart>').description('Upgrade a release'))
    .option('-i, --install', "if a release by this name doesn't already exist, run an install")
    .option('--reset-values', 'reset the values to the ones built into the chart')
    .option('--reuse-values', "reuse the last release's values and merge in any overrides")
    .option('--reset-then-reuse-values', "reset to the chart's values, then apply the last release's")
    .option('--cleanup-on-fail', 'delete new resources created in this upgrade when it fails')
    .option('--history-max <n>', 'revisions that are kept per release; 0 for no limit (10)')
    .action(async (release: string, chart: string, flags) =>
      (await writing()).upgrade(release, chart, flags, io),
    );
}

function rollbackCommand(helm: Command, io: Io): void {
  const command = helm
    .command('rollback <release> [revision]')
    .description('Roll back a release to a previous revision');
  addClusterOptions(addWriteOptions(command))
    .option('--dry-run [where]', 'simulate a rollback')
    .option('--cleanup-on-fail', 'delete new resources created in this rollback when it fails')
    .option('--history-max <n>', 'revisions that are kept per release; 0 for no limit (10)')
    .action(async (release: string, revision: string | undefined, flags) =>
      (await writing()).rollback(release, revision, flags, io),
    );
}

function uninstallCommand(helm: Command, io: Io): void {
  const command = helm
    .command('uninstall <release...>')
    .aliases(['un', 'delete', 'del'])
    .description('Uninstall a release');
  withPlainValues(command, { '--wait': 'watcher' });
  addClusterOptions(command)
    .option('--keep-history', 'mark the release as deleted, but retain its history')
    .option('--no-hooks', 'prevent hooks from running')
    .option('--ignore-not-found', 'treat "release not found" as a successful uninstall')
    .option('--dry-run', 'simulate an uninstall')
    .option('--wait [strategy]', 'wait until all the resources are deleted (up to --timeout)')
    .option('--cascade <how>', 'background|orphan|foreground', 'background')
    .option('--timeout <span>', 'time to wait for any individual operation (like Jobs for hooks)', '5m0s')
    .option('--description <text>', 'add a custom description')
    .action(async (names: string[], flags) => (await writing()).uninstall(names, flags, io));
}

function testCommand(helm: Command, io: Io): void {
  addClusterOptions(helm.command('test <release>').description('Run the tests of a release'))
    .option('--filter <test...>', 'name=TEST or !name=TEST, several with commas between')
    .option('--logs', 'print what the pods of the tests printed, before they are deleted')
    .option('--hide-notes', 'do not show notes')
    .option('--timeout <span>', 'time to wait for any individual operation (like Jobs for hooks)', '5m0s')
    .action(async (release: string, flags) => (await import('./test.ts')).test(release, flags, io));
}

function listCommand(helm: Command, io: Io): void {
  addOutputOption(addClusterOptions(helm.command('list').alias('ls').description('List releases')))
    .option('-q, --short', 'output short (quiet) listing format')
    .option('--no-headers', "don't print headers")
    .option('--time-format <layout>', "format time with Go's layouts")
    .option('-d, --date', 'sort by release date')
    .option('-r, --reverse', 'reverse the sort order')
    .option('-a, --all', 'show all releases without any filter applied')
    .option('--uninstalled', 'show uninstalled releases')
    .option('--superseded', 'show superseded releases')
    .option('--uninstalling', 'show releases that are currently being uninstalled')
    .option('--deployed', 'show deployed releases')
    .option('--failed', 'show failed releases')
    .option('--pending', 'show pending releases')
    .option('-A, --all-namespaces', 'list releases across all namespaces')
    .option('-m, --max <n>', 'maximum number of releases to show', '256')
    .option('--offset <n>', 'next release index in the list', '0')
    .option('-f, --filter <regex>', 'a regular expression that names have to match')
    .option('-l, --selector <labels>', 'a label query to filter on')
    .action(async (flags) => (await reading()).list(flags, io));
}

function readCommands(helm: Command, io: Io): void {
  const history = helm.command('history <release>').alias('hist').description('Fetch release history');
  addOutputOption(addClusterOptions(history))
    .option('--max <n>', 'maximum number of revisions to include in history', '256')
    .action(async (release: string, flags) => (await reading()).history(release, flags, io));
  const status = helm.command('status <release>').description('Display the status of the named release');
  addRevision(addOutputOption(addClusterOptions(status)))
    .option('--show-desc', 'display the description message of the named release')
    .option('--show-resources', 'display the resources of the named release')
    .action(async (release: string, flags) => (await reading()).status(release, flags, io));
}

function addRevision(command: Command): Command {
  return command.option('--revision <n>', 'the revision instead of the newest', '0');
}

function getCommands(get: Command, io: Io): void {
  const one = (name: string, description: string): Command =>
    addRevision(addClusterOptions(get.command(`${name} <release>`).description(description)));
  one('all', 'Download all information for a named release').action(async (release: string, flags) =>
    (await reading()).getAll(release, flags, io),
  );
  one('hooks', 'Download all hooks for a named release').action(async (release: string, flags) =>
    (await reading()).getHooks(release, flags, io),
  );
  one('manifest', 'Download the manifest for a named release').action(async (release: string, flags) =>
    (await reading()).getManifest(release, flags, io),
  );
  one('notes', 'Download the notes for a named release').action(async (release: string, flags) =>
    (await reading()).getNotes(release, flags, io),
  );
  addOutputOption(one('values', 'Download the values of a named release'))
    .option('-a, --all', 'dump all (computed) values')
    .action(async (release: string, flags) => (await reading()).getValues(release, flags, io));
  addOutputOption(one('metadata', 'Fetch metadata of a named release')).action(
    async (release: string, flags) => (await reading()).getMetadata(release, flags, io),
  );
}
