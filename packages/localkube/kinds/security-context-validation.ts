import { definitionFor } from '@plumbline/api/schema';
import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { goValue } from './go-value.ts';
import { inRange, invalid, isAbsent, list, notSupported, record, required, text, tooLong } from './fields.ts';
import { localDescendingPath } from './environment-validation.ts';
import { validateWindowsOptions } from './windows-options-validation.ts';

/** The security context of one container. */
export function validateSecurityContext(value: unknown, at: string, hostUsers: boolean): FieldError[] {
  if (isAbsent(value)) return [];
  const context = record(value);
  const errors: FieldError[] = [];
  errors.push(...inRange(`${at}.runAsUser`, context['runAsUser'], 0, 2147483647));
  errors.push(...inRange(`${at}.runAsGroup`, context['runAsGroup'], 0, 2147483647));
  errors.push(...validateProcMount(context['procMount'], `${at}.procMount`, hostUsers));
  errors.push(...validateSeccomp(context['seccompProfile'], `${at}.seccompProfile`));
  if (context['allowPrivilegeEscalation'] === false) {
    const capabilities = list(record(context['capabilities'])['add']);
    if (context['privileged'] === true) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
      errors.push(invalid(at, goSecurityContext(context), detail));
    }
    for (const _ of capabilities.filter((one) => one === 'CAP_SYS_ADMIN')) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      errors.push(invalid(at, goSecurityContext(context), detail));
    }
  }
  errors.push(...validateWindowsOptions(context['windowsOptions'], `${at}.windowsOptions`));
  errors.push(...validateArmor(context['appArmorProfile'], `${at}.appArmorProfile`));
  return errors;
}

function validateProcMount(value: unknown, at: string, hostUsers: boolean): FieldError[] {
  if (isAbsent(value) || value === 'Default') return [];
  if (value !== 'Unmasked') return [notSupported(at, value, ['Default', 'Unmasked'])];
  return hostUsers ? [invalid(at, value, '`hostUsers` must be false to use `Unmasked`')] : [];
}

const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

/** A seccomp profile. */
export function validateSeccomp(value: unknown, at: string): FieldError[] {
  if (isAbsent(value)) return [];
  const profile = record(value);
  const type = text(profile['type']);
  const path = profile['localhostProfile'];
  const local = `${at}.localhostProfile`;
  const errors: FieldError[] = [];
  if (type === '') errors.push(required(`${at}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILES.includes(type)) errors.push(notSupported(`${at}.type`, type, PROFILES));
  if (type === 'Localhost') {
    if (isAbsent(path)) errors.push(required(local, 'must be set when seccomp type is Localhost'));
    else errors.push(...localDescendingPath(local, text(path)));
  } else if (!isAbsent(path)) {
    const shown = goValue(definitionFor('io.k8s.api.core.v1.SeccompProfile'), profile);
    errors.push(invalid(local, shown, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

const armorNameMax = 4095;

/** An AppArmor profile. */
export function validateArmor(value: unknown, at: string): FieldError[] {
  if (isAbsent(value)) return [];
  const profile = record(value);
  const type = text(profile['type']);
  const name = profile['localhostProfile'];
  const local = `${at}.localhostProfile`;
  if (type === '') return [required(`${at}.type`, 'type is required when appArmorProfile is set')];
  if (!PROFILES.includes(type)) return [notSupported(`${at}.type`, type, PROFILES)];
  if (type !== 'Localhost')
    return isAbsent(name) ? [] : [invalid(local, name, 'can only be set when AppArmor type is Localhost')];
  const given = text(name);
  const errors: FieldError[] = [];
  if (given !== given.trim()) errors.push(invalid(local, given, 'must not be padded with whitespace'));
  else if (given === '') errors.push(required(local, 'must be set when AppArmor type is Localhost'));
  if (Buffer.byteLength(given) > armorNameMax) errors.push(tooLong(local, armorNameMax));
  return errors;
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
