import { err, ok, problem } from '@plumbline/base';
import type { Result } from '@plumbline/base';
import { withoutCredentials } from '../git/exec.ts';
import { checkUrl, repositoryKey } from '../git/url.ts';
import { parseAddress } from '../http/address.ts';

/** Ways to reach what lies elsewhere. */
export type RemoteScheme = 'https' | 'http' | 'ssh' | 'file';

/** What an operator lets be read from elsewhere, and how much of it. */
export interface RemotePolicy {
  /** Default: https, http and ssh. `file` names folders of this machine: only for who sits in front of it. */
  readonly schemes?: readonly RemoteScheme[];
  /** Host names; `*.example.com` stands for all below it. Undefined: any. An empty list: none. */
  readonly hosts?: readonly string[];
  /** Longest time for one repository or file, whatever its address asks for. */
  readonly timeoutMsMax?: number;
  /** Most that a repository may take on the way. */
  readonly repositoryBytesMax?: number;
  /** Longest file. */
  readonly fileBytesMax?: number;
}

const schemesDefault: readonly RemoteScheme[] = ['https', 'http', 'ssh'];

/** Refuses addresses that may not be asked. */
export function checkRemote(url: string, policy: RemotePolicy): Result<undefined> {
  const checked = checkUrl(url);
  if (!checked.ok) return checked;
  const shown = withoutCredentials(url);
  const address = parseAddress(repositoryKey(url));
  const scheme = url.startsWith('/') ? 'file' : address?.protocol.slice(0, -1);
  const schemes = policy.schemes ?? schemesDefault;
  if (scheme === undefined || !(schemes as readonly string[]).includes(scheme))
    return refuse(`${shown}: addresses that begin with ${scheme ?? 'this'} are not allowed here`, {
      hint: `allowed: ${schemes.join(', ')}`,
    });
  const host = address?.hostname ?? '';
  if (scheme !== 'file' && !isAllowedHost(host, policy.hosts))
    return refuse(`${shown}: the host ${host} is not allowed here`, {
      hint:
        policy.hosts?.length === 0
          ? 'reading from elsewhere is switched off'
          : `allowed: ${policy.hosts?.join(', ')}`,
    });
  return ok(undefined);
}

/** Whether a host is one of those that are named. */
function isAllowedHost(host: string, hosts: readonly string[] | undefined): boolean {
  if (hosts === undefined) return true;
  const name = host.toLowerCase();
  return hosts.some((one) => {
    const wanted = one.toLowerCase();
    return wanted === '*' || (wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted);
  });
}

function refuse(message: string, more: { readonly hint: string }): Result<never> {
  return err(problem('remote-refused', message, more));
}
