import { definitionFor } from '@plumbline/api/schema';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { goValue } from './go-value.ts';
import {
  inRange,
  invalid,
  isAbsent,
  list,
  notSupported,
  optionalOneOf,
  record,
  required,
  text,
} from './fields.ts';

/** The security context of one container. */
export function validateSecurityContext(value: unknown, at: string): FieldError[] {
  if (isAbsent(value)) return [];
  const context = record(value);
  const errors: FieldError[] = [];
  errors.push(...inRange(`${at}.runAsUser`, context['runAsUser'], 0, 2147483647));
  errors.push(...inRange(`${at}.runAsGroup`, context['runAsGroup'], 0, 2147483647));
  errors.push(...optionalOneOf(`${at}.procMount`, context['procMount'], ['Default', 'Unmasked']));
  errors.push(...validateProfile(context['seccompProfile'], `${at}.seccompProfile`, 'seccomp'));
  if (context['allowPrivilegeEscalation'] === false) {
    const capabilities = list(record(context['capabilities'])['add']);
    if (context['privileged'] === true) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
      errors.push(invalid(at, goSecurityContext(context), detail));
    }
    if (capabilities.includes('CAP_SYS_ADMIN')) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      errors.push(invalid(at, goSecurityContext(context), detail));
    }
  }
  errors.push(...validateProfile(context['appArmorProfile'], `${at}.appArmorProfile`, 'AppArmor'));
  return errors;
}

/** A seccomp or AppArmor profile. */
export function validateProfile(value: unknown, at: string, what: string): FieldError[] {
  if (isAbsent(value)) return [];
  const profile = record(value);
  const type = text(profile['type']);
  const local = `${at}.localhostProfile`;
  const shown = what === 'seccomp' ? 'seccompProfile' : 'appArmorProfile';
  if (type === '') return [required(`${at}.type`, `type is required when ${shown} is set`)];
  if (!['Localhost', 'RuntimeDefault', 'Unconfined'].includes(type))
    return [notSupported(`${at}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])];
  if (type === 'Localhost' && text(profile['localhostProfile']) === '')
    return [required(local, `must be set when ${what} type is Localhost`)];
  if (type !== 'Localhost' && !isAbsent(profile['localhostProfile']))
    return [
      invalid(
        local,
        what === 'seccomp'
          ? goValue(definitionFor('io.k8s.api.core.v1.SeccompProfile'), profile)
          : profile['localhostProfile'],
        `can only be set when ${what} type is Localhost`,
      ),
    ];
  return [];
}

/** The whole context as upstream prints it: every field under its internal name. */
function goSecurityContext(context: Fields): Fields {
  const names = [
    'capabilities',
    'privileged',
    'seLinuxOptions',
    'windowsOptions',
    'runAsUser',
    'runAsGroup',
    'runAsNonRoot',
    'readOnlyRootFilesystem',
    'allowPrivilegeEscalation',
    'procMount',
    'seccompProfile',
    'appArmorProfile',
  ];
  return Object.fromEntries(
    names.map((name) => [
      name === 'seLinuxOptions' ? 'SELinuxOptions' : name.charAt(0).toUpperCase() + name.slice(1),
      context[name] ?? null,
    ]),
  );
}
