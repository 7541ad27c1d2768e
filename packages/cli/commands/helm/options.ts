import { Option } from 'commander';
import type { Command } from 'commander';
import { parseDuration } from '@plumbline/languages';
import { CommandError } from '../../io.ts';
import { collect, collectAll } from '../../repeatable.ts';
import { addOriginOptions } from '../../render/origin-flags.ts';
import type { OriginFlags } from '../../render/origin-flags.ts';

/** Where the cluster is and which namespace is meant. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
  readonly namespace?: string;
  readonly helmProfile?: string;
}

/** What every action that writes takes. */
export interface WriteFlags extends ClusterFlags {
  readonly timeout: string;
  readonly wait?: string;
  readonly waitForJobs?: boolean;
  readonly hooks: boolean;
  readonly force?: boolean;
  readonly forceReplace?: boolean;
  readonly forceConflicts?: boolean;
  readonly serverSide?: string;
  readonly historyMax?: string;
}

/** What actions that render take. */
export interface ChartActionFlags extends WriteFlags, OriginFlags {
  readonly output: string;
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setJson?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  readonly dryRun?: string;
  readonly hideSecret?: boolean;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly skipCrds?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly renderSubchartNotes?: boolean;
  readonly hideNotes?: boolean;
  readonly takeOwnership?: boolean;
  readonly createNamespace?: boolean;
  readonly atomic?: boolean;
  readonly rollbackOnFailure?: boolean;
  readonly devel?: boolean;
  readonly dependencyUpdate?: boolean;
  readonly disableOpenapiValidation?: boolean;
  readonly debug?: boolean;
  readonly random?: string;
  readonly postRenderer?: string;
  readonly postRendererArgs?: readonly string[];
}

/** `a=b,c=d`, repeatable. */
function collectLabels(
  value: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const pairs = value.split(',').map((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0)
      throw new CommandError(
        `invalid argument "${value}" for "-l, --labels" flag: ${pair} must be formatted as key=value`,
        2,
      );
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { ...before, ...Object.fromEntries(pairs) };
}

/** Adds where the cluster is. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'path to the kubeconfig file ($KUBECONFIG, ~/.kube/config)')
    .option('--kube-context <name>', 'name of the kubeconfig context to use')
    .option('-n, --namespace <namespace>', 'namespace scope for this request')
    .option(
      '--helm-profile <version>',
      '3|4, the Helm that is imitated where they differ (3; for a release that Helm 4 made, 4)',
    );
}

export function addOutputOption(command: Command): Command {
  return command.addOption(
    new Option(
      '-o, --output <format>',
      'prints the output in the specified format: table, json, yaml',
    ).default('table'),
  );
}

/** Adds what every action that writes takes. */
export function addWriteOptions(command: Command): Command {
  withPlainValues(command, { '--wait': 'watcher', '--dry-run': 'client' });
  return command
    .option('--timeout <span>', 'time to wait for any individual operation (like Jobs for hooks)', '5m0s')
    .option('--wait [strategy]', 'wait until resources are ready (up to --timeout)')
    .option('--wait-for-jobs', 'with --wait, wait until all Jobs have been completed, too')
    .option('--no-hooks', 'prevent hooks from running')
    .option('--force-replace', 'force resource updates by replacement')
    .option('--force', 'the same')
    .option('--force-conflicts', 'server-side apply: force changes against conflicts')
    .option(
      '--server-side [mode]',
      'true|false|auto: object updates run in the server instead of the client',
    );
}

/** Adds what installs and upgrades take. */
export function addChartOptions(command: Command): Command {
  addWriteOptions(command)
    .option('-f, --values <file>', 'values in a YAML file or a URL; repeatable', collectAll)
    .option('--set <key=value>', 'set a value; repeatable', collect)
    .option('--set-string <key=value>', 'set a value that is a text; repeatable', collect)
    .option('--set-json <key=json>', 'set a value as JSON; repeatable', collect)
    .option('--set-file <key=path>', 'set a value to the content of a file; repeatable', collect)
    .option('--set-literal <key=value>', 'set a literal text value; repeatable', collect)
    .option('--dry-run [where]', 'simulate: client, or server, which may look things up in the cluster')
    .option('--hide-secret', 'hide Kubernetes Secrets when also using the --dry-run flag')
    .option('--description <text>', 'add a custom description')
    .option('-l, --labels <key=value,...>', 'labels that are added to the release metadata', collectLabels)
    .option('--skip-crds', 'do not install CRDs')
    .option('--skip-schema-validation', 'disable JSON schema validation')
    .option('--render-subchart-notes', 'render subchart notes along with the parent')
    .option('--hide-notes', 'do not show notes in the output')
    .option('--take-ownership', 'ignore whom existing resources belong to and take them')
    .option('--create-namespace', 'create the release namespace if not present')
    .option('--rollback-on-failure', 'undo everything upon failure; waits as if --wait were given')
    .option('--atomic', 'the same')
    .option('--devel', "use development versions, too: '>0.0.0-0' where no --version is given")
    .option('--dependency-update', 'bring dependencies that are missing')
    .option('--disable-openapi-validation', 'accepted for compatibility: servers validate by themselves')
    .option('--post-renderer <program>', 'a program that has the last word on the manifest')
    .option('--post-renderer-args <argument>', 'an argument of that program; repeatable', collect)
    .option('--debug', 'also print values, hooks and the manifest')
    .option(
      '--random <mode>',
      'fresh|seeded: seeded gives random functions the same outcome each time',
      'fresh',
    );
  addOriginOptions(command);
  return addOutputOption(addClusterOptions(command));
}

/**
 * A flag whose value is optional takes none from the next word, as with pflag: `--dry-run web ./web` names a release.
 */
export function withPlainValues(command: Command, plain: Readonly<Record<string, string>>): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) => {
    const end = argv.indexOf('--');
    const words = argv.map((word, i) => {
      const value =
        end >= 0 && i > end ? undefined : (plain[word] ?? (word === '--server-side' ? 'true' : undefined));
      return value === undefined ? word : `${word}=${value}`;
    });
    return parse(words);
  };
}

/** A span of time as Go writes it, in milliseconds. */
export function spanMs(text: string, flag: string): number {
  const invalid = (): CommandError =>
    new CommandError(
      `invalid argument ${JSON.stringify(text)} for "--${flag}" flag: time: invalid duration ${JSON.stringify(text)}`,
      2,
    );
  const nanos = parseDuration(text);
  if (typeof nanos !== 'bigint') throw invalid();
  return Number(nanos) / 1e6;
}

/** A whole number that a flag or an argument gives. */
export function wholeNumber(text: string, words: string): number {
  if (/^[-+]?\d+$/.test(text)) return Number(text);
  throw new CommandError(`${words}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`, 2);
}
