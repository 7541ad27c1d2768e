import type { Value } from '@plumbline/languages';

/** What the functions of one render need to know; templates are shared between renders, this is not. */
export interface HelmContext {
  /** Answers `lookup`; without it nothing is ever found. */
  readonly lookup?: (apiVersion: string, kind: string, namespace: string, name: string) => Value;
}

/** How often a template may include itself. */
export const recursionMax = 1000;

const startMark = 'HELM_ERR_START';
const endMark = 'HELM_ERR_END';

/** Marks what `required` and `fail` say, so that it can be found in the chain of errors around it. */
export function marked(message: string): string {
  return startMark + message + endMark;
}

/** What was marked inside of a message. */
export function unmarked(message: string): string | undefined {
  const from = message.indexOf(startMark);
  const to = message.lastIndexOf(endMark);
  return from < 0 || to < from ? undefined : message.slice(from + startMark.length, to);
}
