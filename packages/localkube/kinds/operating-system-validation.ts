import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { forbidden, isAbsent, notSupported, record, records, required, text } from './fields.ts';

/** Security settings that mean nothing on Windows, as upstream lists them. */
const POD = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
];
const CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

/** What a pod may say when it names its operating system. */
export function validateOperatingSystem(spec: Fields, at: string): FieldError[] {
  if (isAbsent(spec['os'])) return [];
  const name = text(record(spec['os'])['name']);
  if (name === '') return [required(`${at}.os.name`)];
  if (name === 'linux') return onLinux(spec, at);
  if (name !== 'windows') return [notSupported(`${at}.os`, name, ['linux', 'windows'])];
  const detail = 'cannot be set for a windows pod';
  const errors: FieldError[] = [];
  for (const field of ['hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace'])
    if (spec[field] !== undefined && spec[field] !== false) errors.push(forbidden(`${at}.${field}`, detail));
  const context = record(spec['securityContext']);
  for (const field of POD)
    if (!isAbsent(context[field])) errors.push(forbidden(`${at}.securityContext.${field}`, detail));
  for (const field of ['containers', 'initContainers']) {
    for (const [index, container] of records(spec[field]).entries()) {
      const own = record(container['securityContext']);
      for (const part of CONTAINER)
        if (!isAbsent(own[part]))
          errors.push(forbidden(`${at}.${field}[${index}].securityContext.${part}`, detail));
    }
  }
  return errors;
}

function onLinux(spec: Fields, at: string): FieldError[] {
  const detail = 'windows options cannot be set for a linux pod';
  const errors: FieldError[] = [];
  if (!isAbsent(record(spec['securityContext'])['windowsOptions']))
    errors.push(forbidden(`${at}.securityContext.windowsOptions`, detail));
  for (const field of ['containers', 'initContainers']) {
    for (const [index, container] of records(spec[field]).entries()) {
      if (!isAbsent(record(container['securityContext'])['windowsOptions']))
        errors.push(forbidden(`${at}.${field}[${index}].securityContext.windowsOptions`, detail));
    }
  }
  return errors;
}
