import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { forbidden, isAbsent, notSupported, record, records, required, text } from './fields.ts';

/** Security settings that mean nothing on Windows, as upstream lists them. */
const CONTEXT = 'securityContext.';
const POD = [
  'securityContext.appArmorProfile',
  'securityContext.seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'securityContext.seccompProfile',
  'securityContext.fsGroup',
  'securityContext.fsGroupChangePolicy',
  'securityContext.sysctls',
  'shareProcessNamespace',
  'securityContext.runAsUser',
  'securityContext.runAsGroup',
  'securityContext.supplementalGroups',
  'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
];
const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'];
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
  const context = record(spec['securityContext']);
  const errors = POD.filter((path) => {
    const value = path.startsWith(CONTEXT) ? context[path.slice(CONTEXT.length)] : spec[path];
    return !isAbsent(value) && !(value === false && (path === 'hostPID' || path === 'hostIPC'));
  }).map((path) => forbidden(`${at}.${path}`, detail));
  for (const field of CONTAINER_LISTS) {
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
  for (const field of CONTAINER_LISTS) {
    for (const [index, container] of records(spec[field]).entries()) {
      if (!isAbsent(record(container['securityContext'])['windowsOptions']))
        errors.push(forbidden(`${at}.${field}[${index}].securityContext.windowsOptions`, detail));
    }
  }
  return errors;
}
