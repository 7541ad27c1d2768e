import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Problem, Result } from '@plumbline/base';
import type { ChartSource, HelmEngine, HelmProfile, HelmRendering, HelmRequest } from '@plumbline/render';
import { CommandError } from '../io.ts';
import { localTree } from './local-tree.ts';

/** The flags that a chart takes; all that repeat are lists. */
export interface ChartFlags {
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setJson?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly hooks?: boolean;
  readonly isUpgrade?: boolean;
  readonly showOnly?: readonly string[];
  readonly skipSchemaValidation?: boolean;
  readonly helmProfile?: HelmProfile;
  readonly random?: 'seeded' | 'fresh';
  readonly origins?: boolean;
}

/** Renders a chart of this machine: a folder or an archive. Throws `CommandError` when a file is missing. */
export function renderChart(
  engine: HelmEngine,
  path: string,
  flags: ChartFlags,
  cwd: string,
): Promise<Result<HelmRendering, readonly Problem[]>> {
  return engine.render(chartRequest(path, flags, cwd));
}

function chartRequest(path: string, flags: ChartFlags, cwd: string): HelmRequest {
  const { kubeVersion, helmProfile, random } = flags;
  return {
    chart: chartSource(resolve(cwd, path), path),
    releaseName: flags.releaseName ?? 'release-name',
    namespace: flags.namespace ?? 'default',
    values: {
      files: (flags.values ?? []).map((name) => ({ name, text: readText(cwd, name) })),
      set: flags.set ?? [],
      setString: flags.setString ?? [],
      setJson: flags.setJson ?? [],
      setLiteral: flags.setLiteral ?? [],
      setFile: flags.setFile ?? [],
      setFileContents: setFiles(flags.setFile ?? [], cwd),
    },
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    apiVersions: flags.apiVersions ?? [],
    includeCrds: flags.includeCrds === true,
    skipTests: flags.skipTests === true,
    noHooks: flags.hooks === false,
    isUpgrade: flags.isUpgrade === true,
    showOnly: flags.showOnly ?? [],
    skipSchemaValidation: flags.skipSchemaValidation === true,
    origins: flags.origins === true,
    ...(helmProfile === undefined ? {} : { profile: helmProfile }),
    ...(random === undefined ? {} : { random }),
  };
}

function chartSource(absolute: string, path: string): ChartSource {
  if (!existsSync(absolute)) throw new CommandError(`path "${path}" not found`);
  if (absolute.endsWith('.tgz') || absolute.endsWith('.tar.gz')) return { archive: readFileSync(absolute) };
  return { tree: localTree(absolute), path: '' };
}

function readText(cwd: string, name: string): string {
  try {
    return readFileSync(resolve(cwd, name), 'utf8');
  } catch {
    throw new CommandError(`open ${name}: no such file or directory`);
  }
}

/** The files that `--set-file key=path` names; what is missing is said by the chart's renderer. */
function setFiles(lines: readonly string[], cwd: string): ReadonlyMap<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  for (const line of lines) {
    for (const pair of line.split(/(?<!\\),/)) {
      const path = pair.slice(pair.indexOf('=') + 1).replace(/\\(.)/g, '$1');
      const absolute = resolve(cwd, path);
      if (existsSync(absolute)) contents.set(path, readFileSync(absolute));
    }
  }
  return contents;
}
