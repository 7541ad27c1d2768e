import type { InvalidStep, ObjectKey, Phase, ProgressReason } from '@plumbline/api';

/** Engine's reasons in the words that people and tools know from Argo CD. */

function named(key: ObjectKey): string {
  return `${key.group}/${key.kind}/${key.name}`;
}

function more(count: number, what: string): string {
  return count === 0 ? '' : ` and ${count} more ${what}`;
}

const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  before: 'PreSync',
  main: 'Sync',
  after: 'PostSync',
  onFailure: 'SyncFail',
};

export function invalidStepMessage(step: InvalidStep): string {
  if (step.problem.code !== 'kind-unknown') return step.problem.message;
  const { group, kind } = step.kind;
  const place = step.key.namespace === '' ? step.key.name : `${step.key.namespace}/${step.key.name}`;
  return `The Kubernetes API could not find ${group}/${kind} for requested resource ${place}. Make sure the "${kind}" CRD is installed on the destination cluster.`;
}

function invalidStepCause(step: InvalidStep): string {
  if (step.problem.code !== 'kind-unknown') return step.problem.message;
  const { group, version } = step.kind;
  const text = group === '' ? version : `${group}/${version}`;
  return `failed to discover server resources for group version ${text}: the server could not find the requested resource`;
}

function withMessages(text: string, messages: readonly string[]): string {
  const said = messages.filter((message) => message !== '');
  return said.length === 0 ? text : `${text}, reason: ${said.join(',')}`;
}

/** The message of a running or ended operation. */
export function reasonWords(reason: ProgressReason): string {
  switch (reason.type) {
    case 'started':
    case 'validating':
      return '';
    case 'applying':
      return `one or more tasks are running (${PHASE_WORDS[reason.phase]}, wave ${reason.wave})`;
    case 'waiting':
      return waitingWords(reason);
    case 'waitingForConsent':
      return `waiting for pruning confirmation of ${named(reason.key)}${more(reason.more, 'resources')}`;
    case 'allRun':
      return 'successfully synced (all tasks run)';
    case 'noMore':
      return 'successfully synced (no more tasks)';
    case 'invalid':
      return `one or more synchronization tasks are not valid: ${reason.problems.map(invalidStepCause).join(', ')}`;
    case 'shared':
      return `Shared resource found: ${reason.objects.map(({ key, owner }) => `${key.kind}/${key.name} (${owner})`).join(', ')}`;
    case 'dryRunFailed':
      return 'one or more objects failed to apply (dry run)';
    case 'applyFailed':
      return withMessages('one or more objects failed to apply', reason.messages);
    case 'stepsFailed':
      return withMessages('one or more synchronization tasks completed unsuccessfully', reason.messages);
    case 'broken':
      return reason.message;
    case 'terminated':
      return 'Operation terminated';
  }
}

function waitingWords(reason: Extract<ProgressReason, { type: 'waiting' }>): string {
  const rest = more(reason.more, reason.moreOf);
  if (reason.for === 'deletion')
    return `waiting for deletion of ${reason.hook ? 'hook ' : ''}${named(reason.key)}${rest}`;
  if (reason.for === 'completion') return `waiting for completion of hook ${named(reason.key)}${rest}`;
  return `waiting for healthy state of ${named(reason.key)}${rest}`;
}
