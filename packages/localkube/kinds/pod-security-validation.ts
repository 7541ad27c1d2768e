import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import {
  duplicate,
  inRange,
  invalid,
  list,
  optionalOneOf,
  record,
  records,
  required,
  text,
} from './fields.ts';
import { validateArmor, validateSeccomp } from './security-context-validation.ts';
import { validateWindowsOptions } from './windows-options-validation.ts';

const idMax = 2147483647;
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** The security context of a pod as a whole. */
export function validatePodContext(spec: Fields, at: string): FieldError[] {
  const context = record(spec['securityContext']);
  const errors: FieldError[] = [];
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'])
    errors.push(...inRange(`${at}.${field}`, context[field], 0, idMax));
  for (const [index, group] of list(context['supplementalGroups']).entries())
    errors.push(...inRange(`${at}.supplementalGroups[${index}]`, group, 0, idMax));
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${at}.shareProcessNamespace`, true, detail));
  }
  errors.push(
    ...validateSysctls(records(context['sysctls']), spec, `${at}.sysctls`),
    ...optionalOneOf(`${at}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], [
      'Always',
      'OnRootMismatch',
    ]),
    ...validateSeccomp(context['seccompProfile'], `${at}.seccompProfile`),
    ...validateWindowsOptions(context['windowsOptions'], `${at}.windowsOptions`),
    ...validateArmor(context['appArmorProfile'], `${at}.appArmorProfile`),
    ...optionalOneOf(`${at}.supplementalGroupsPolicy`, context['supplementalGroupsPolicy'], [
      'Merge',
      'Strict',
    ]),
    // The other way is behind a switch that is off.
    ...optionalOneOf(`${at}.seLinuxChangePolicy`, context['seLinuxChangePolicy'], ['Recursive']),
  );
  return errors;
}

function validateSysctls(sysctls: readonly Fields[], spec: Fields, at: string): FieldError[] {
  const seen = new Set<string>();
  return sysctls.flatMap((sysctl, index) => {
    const name = text(sysctl['name']);
    const here = `${at}[${index}].name`;
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(here));
    else if (name.length > 253 || !SYSCTL.test(name)) {
      const pattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
      errors.push(invalid(here, name, `must have at most 253 characters and match regex ${pattern}`));
    } else if (seen.has(name)) errors.push(duplicate(here, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec['hostNetwork'] === true && dotted.startsWith('net.'))
      errors.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec['hostIPC'] === true && /^(kernel\.sem$|kernel\.(shm|msg)|fs\.mqueue\.)/.test(dotted))
      errors.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
    return errors;
  });
}
