import { toGo } from '@plumbline/languages';
import type { GoMap } from '@plumbline/languages';
import { computedValues, plainValues, recordedDefaults } from '@plumbline/render';
import type { HelmRelease, StoredRelease } from '@plumbline/render';
import { ansic, timeOf, yaml } from './print.ts';

/** How much is told of a release. */
export interface StatusStyle {
  readonly profile: 3 | 4;
  /** Values, hooks and the manifest, too. */
  readonly debug?: boolean;
  readonly showDescription?: boolean;
  readonly showMetadata?: boolean;
  readonly hideNotes?: boolean;
  /** Tables of the objects, as they were printed. */
  readonly resources?: string;
}

/** A release as `helm status`, `install` and `upgrade` tell of it. */
export function statusText({ release }: StoredRelease, style: StatusStyle): string {
  const { info } = release;
  const lines = [`NAME: ${release.name}`];
  const deployed = timeOf(info.last_deployed);
  if (deployed !== undefined) lines.push(`LAST DEPLOYED: ${deployed.format(ansic)}`);
  lines.push(
    `NAMESPACE: ${release.namespace}`,
    `STATUS: ${info.status ?? ''}`,
    `REVISION: ${release.version}`,
  );
  if (style.showMetadata === true) {
    const metadata = release.chart?.metadata ?? {};
    lines.push(
      `CHART: ${metadata.name ?? ''}`,
      `VERSION: ${metadata.version ?? ''}`,
      `APP_VERSION: ${metadata.appVersion ?? ''}`,
    );
  }
  if (style.profile === 4 || style.showDescription === true)
    lines.push(`DESCRIPTION: ${info.description ?? ''}`);
  if (style.resources !== undefined && style.resources !== '') lines.push(`RESOURCES:\n${style.resources}`);
  lines.push(...testLines(release));
  if (style.debug === true) lines.push(...valuesLines(release, style.profile));
  if (style.debug === true || (info.description ?? '').toLowerCase() === 'dry run complete') {
    lines.push('HOOKS:');
    for (const hook of release.hooks ?? [])
      lines.push(`---\n# Source: ${hook.path ?? ''}\n${hook.manifest ?? ''}`);
    lines.push(`MANIFEST:\n${release.manifest ?? ''}`);
  }
  const notes = (info.notes ?? '').trim();
  if (style.hideNotes !== true && (info.notes ?? '') !== '') lines.push(`NOTES:\n${notes}`);
  return `${lines.join('\n')}\n`;
}

function testLines({ hooks }: HelmRelease): readonly string[] {
  const tests = (hooks ?? []).filter((hook) => hook.events?.includes('test') === true);
  if (tests.length === 0) return ['TEST SUITE: None'];
  return tests.flatMap(({ name = '', last_run: run }) => {
    const started = timeOf(run?.started_at);
    if (started === undefined) return [];
    const completed = timeOf(run?.completed_at)?.format(ansic) ?? 'Mon Jan  1 00:00:00 0001';
    return [
      `TEST SUITE:     ${name}`,
      `Last Started:   ${started.format(ansic)}`,
      `Last Completed: ${completed}`,
      `Phase:          ${run?.phase ?? ''}`,
    ];
  });
}

function valuesLines(release: HelmRelease, profile: 3 | 4): readonly string[] {
  return [
    `USER-SUPPLIED VALUES:\n${yaml(configOf(release))}`,
    `COMPUTED VALUES:\n${yaml(allValues(release, profile))}`,
  ];
}

/** What the user said; Helm prints null for nothing. */
export function configOf(release: HelmRelease): unknown {
  const { config } = release;
  return config === undefined || config === null ? null : config;
}

/** The chart's defaults under what the user said. */
export function allValues(release: HelmRelease, profile: 3 | 4): unknown {
  const said = toGo(release.config ?? {});
  const config: GoMap = said instanceof Map ? said : new Map();
  const { name, values } = recordedDefaults(release.chart);
  return plainValues(computedValues(name, values, config, profile));
}
