import type { ApplyMode, Hook, KubeObject, LiveMarks, Phase, TargetResource } from '@plumbline/api';
import { annotationOf, annotations, finalizers, listAnnotation } from './names.ts';

/** When a hook acts. The first four are phases of a sync; the others act on deletion or never. */
export type HookType = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail' | 'PreDelete' | 'PostDelete' | 'Skip';

const HOOK_TYPES: ReadonlySet<string> = new Set<HookType>([
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
  'Skip',
]);

/** Install and upgrade are not told apart: an application has no notion of a first installation. */
const HELM_HOOKS: Readonly<Record<string, HookType>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
};

export const PHASE_OF_HOOK: Readonly<Partial<Record<HookType, Phase>>> = {
  PreSync: 'before',
  Sync: 'main',
  PostSync: 'after',
  SyncFail: 'onFailure',
};

export const HOOK_OF_PHASE: Readonly<Record<Phase, HookType>> = {
  before: 'PreSync',
  main: 'Sync',
  after: 'PostSync',
  onFailure: 'SyncFail',
};

/** The hook types of an object, each once. An Argo CD annotation hides the Helm one. */
export function hookTypes(object: KubeObject): readonly HookType[] {
  const own = listAnnotation(object, annotations.hook);
  const types =
    own.length > 0
      ? own.filter((type): type is HookType => HOOK_TYPES.has(type))
      : listAnnotation(object, annotations.helmHook).flatMap((name) => HELM_HOOKS[name] ?? []);
  return [...new Set(types)];
}

/**
 * Whether an object is a hook at all. A Helm hook of a kind that has no counterpart (test, rollback) is one without a
 * type: it is left out altogether. `crd-install` is what Helm 2 called an ordinary definition.
 */
export function isHook(object: KubeObject): boolean {
  if (listAnnotation(object, annotations.hook).length > 0) return hookTypes(object).length > 0;
  const helm = listAnnotation(object, annotations.helmHook);
  return helm.length > 0 && !helm.includes('crd-install');
}

export function waveOf(object: KubeObject): number {
  for (const name of [annotations.wave, annotations.helmHookWeight]) {
    const text = annotationOf(object, name);
    if (text !== undefined && /^[+-]?\d+$/.test(text)) return Number(text);
  }
  return 0;
}

const DELETE_POLICIES: Readonly<Record<string, Hook['delete'][number]>> = {
  BeforeHookCreation: 'beforeCreation',
  HookSucceeded: 'succeeded',
  HookFailed: 'failed',
  'before-hook-creation': 'beforeCreation',
  'hook-succeeded': 'succeeded',
  'hook-failed': 'failed',
};

function deletePolicies(object: KubeObject): Hook['delete'] {
  const named = [
    ...listAnnotation(object, annotations.hookDeletePolicy),
    ...listAnnotation(object, annotations.helmHookDeletePolicy),
  ].flatMap((name) => DELETE_POLICIES[name] ?? []);
  return named.length > 0 ? [...new Set(named)] : ['beforeCreation'];
}

/** Options as lists of `Name=value`; asking for a missing one gives undefined. */
export function optionValue(options: readonly string[], name: string): string | undefined {
  for (const option of options) {
    const cut = option.indexOf('=');
    if (cut >= 0 && option.slice(0, cut).trim() === name) return option.slice(cut + 1).trim();
  }
  return undefined;
}

function syncOptionsOf(object: KubeObject): readonly string[] {
  return listAnnotation(object, annotations.syncOptions);
}

function applyMode(own: readonly string[], options: readonly string[]): ApplyMode {
  const replace = optionValue(own, 'Replace') ?? optionValue(options, 'Replace');
  if (replace === 'true') return 'replace';
  const server = optionValue(own, 'ServerSideApply') ?? optionValue(options, 'ServerSideApply');
  return server === 'true' ? 'server' : 'client';
}

function pruneOf(own: readonly string[], options: readonly string[]): 'yes' | 'no' | 'confirm' {
  const said = optionValue(own, 'Prune') ?? optionValue(options, 'Prune');
  return said === 'false' ? 'no' : said === 'confirm' ? 'confirm' : 'yes';
}

/** What an object and its application say of how it is to be treated. */
export function directivesOf(
  object: KubeObject,
  options: readonly string[],
): Pick<TargetResource, 'wave' | 'apply' | 'prune' | 'pruneLast' | 'ignoreExtraneous'> {
  const own = syncOptionsOf(object);
  const either = (name: string): string | undefined => optionValue(own, name) ?? optionValue(options, name);
  return {
    wave: waveOf(object),
    apply: {
      mode: applyMode(own, options),
      force: optionValue(own, 'Force') === 'true',
      validate: either('Validate') !== 'false',
      tolerateMissingKind: either('SkipDryRunOnMissingResource') === 'true',
    },
    prune: pruneOf(own, options),
    pruneLast: optionValue(own, 'PruneLast') === 'true',
    ignoreExtraneous: listAnnotation(object, annotations.compareOptions).includes('IgnoreExtraneous'),
  };
}

/** The same of a live object, which may be no longer in the target. */
export function liveMarks(object: KubeObject, options: readonly string[]): LiveMarks {
  const { wave, prune, pruneLast, ignoreExtraneous } = directivesOf(object, options);
  return { wave, prune, pruneLast, ignoreExtraneous, hook: isHook(object) };
}

/** The hook of an object for one phase. */
export function hookOf(object: KubeObject, phase: Phase): Hook {
  return { phase, delete: deletePolicies(object), finalizer: finalizers.hook };
}

/** Whether somebody must agree before it is deleted, by a prune or with its application. */
export function asksBeforeDeletion(object: KubeObject): boolean {
  const own = syncOptionsOf(object);
  return optionValue(own, 'Prune') === 'confirm' || optionValue(own, 'Delete') === 'confirm';
}

/** Whether it stays when its application is deleted. */
export function staysOnDeletion(object: KubeObject): boolean {
  return (
    optionValue(syncOptionsOf(object), 'Delete') === 'false' ||
    annotationOf(object, annotations.helmResourcePolicy) === 'keep'
  );
}
