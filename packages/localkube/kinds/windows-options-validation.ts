import type { FieldError } from '../registry/types.ts';
import type { Fields } from './fields.ts';
import { invalid, invalidEach, isAbsent, record, records, text } from './fields.ts';
import { dnsSubdomain } from './names.ts';

const specKilobytes = 64;
const domainMax = 256;
const userMax = 104;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const DNS = new RegExp(`^${DNS_LABEL}(?:\\.${DNS_LABEL})*$`);

/** What a pod or a container says for Windows. */
export function validateWindowsOptions(value: unknown, at: string): FieldError[] {
  if (isAbsent(value)) return [];
  const options = record(value);
  const errors: FieldError[] = [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (!isAbsent(name))
    errors.push(...invalidEach(`${at}.gmsaCredentialSpecName`, name, dnsSubdomain(text(name), false)));
  if (spec === '')
    errors.push(invalid(`${at}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'));
  else if (Buffer.byteLength(text(spec)) > specKilobytes * 1024) {
    const detail = `gmsaCredentialSpec size must be under ${specKilobytes} KiB`;
    errors.push(invalid(`${at}.gmsaCredentialSpec`, spec, detail));
  }
  if (!isAbsent(user))
    errors.push(
      ...userProblems(text(user)).map((why) => invalid(`${at}.runAsUserName`, user, `runAsUserName${why}`)),
    );
  return errors;
}

/** A user's name, perhaps with a domain in front. */
function userProblems(name: string): string[] {
  if (name === '') return [' cannot be an empty string'];
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const domain = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const user = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (domain !== undefined && domain.length >= domainMax)
    problems.push(`'s Domain length must be under ${domainMax} characters`);
  if (domain !== undefined && !NETBIOS.test(domain) && !DNS.test(domain))
    problems.push("'s Domain doesn't match the NetBios nor the DNS format");
  if (user === '') problems.push("'s User cannot be empty");
  else if (user.length > userMax)
    problems.push(`'s User length must not be longer than ${userMax} characters`);
  if (/^[. ]+$/.test(user)) problems.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    problems.push('\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]');
  return problems;
}

/** Containers with the rights of the host's processes, all or none. */
export function validateHostProcesses(spec: Fields, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const wished = (holder: unknown): unknown =>
    record(record(record(holder)['securityContext'])['windowsOptions'])['hostProcess'];
  const ofPod = wished(spec);
  let [all, some] = [0, 0];
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const [index, container] of records(spec[field]).entries()) {
      const own = wished(container);
      all++;
      if (typeof ofPod === 'boolean' && typeof own === 'boolean' && ofPod !== own) {
        const here = `${at}.${field}[${index}].securityContext.windowsOptions.hostProcess`;
        const detail = `pod hostProcess value must be identical if both are specified, was ${String(ofPod)}`;
        errors.push(invalid(here, own, detail));
      }
      if (own === true || (isAbsent(own) && ofPod === true)) some++;
    }
  }
  if (some === 0) return errors;
  if (some !== all) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(at, '', detail));
  }
  if (spec['hostNetwork'] !== true) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(`${at}.hostNetwork`, false, detail));
  }
  return errors;
}
