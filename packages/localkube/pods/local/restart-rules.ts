import { list, record, records, text } from '../../kinds/fields.ts';
import type { Fields } from '../../kinds/fields.ts';
import type { Container } from './container.ts';

/** Whether a container that has ended is started again: its own rules, its own policy, then the pod's. */
export function restartsAfter(container: Container, pod: Fields, exitCode: number): boolean {
  const { role, spec } = container;
  if (role === 'sidecar') return true;
  if (role === 'extra') return false;
  for (const rule of records(spec['restartPolicyRules'])) {
    const codes = record(rule['exitCodes']);
    const named = list(codes['values']).includes(exitCode);
    if (named === (codes['operator'] === 'In')) return rule['action'] === 'Restart';
  }
  const policy = text(spec['restartPolicy']) || text(pod['restartPolicy']) || 'Always';
  if (policy === 'Never') return false;
  // An init container that has done its work is done, whatever the policy.
  return policy === 'Always' && role === 'main' ? true : exitCode !== 0;
}
