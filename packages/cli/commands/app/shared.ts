import type { Command } from 'commander';
import type { Application } from '@plumbline/api';
import type { ApiClient } from '../../client/api.ts';
import { CommandError } from '../../io.ts';

/** The flags of every command that talks to a server. */
export function withServer(command: Command): Command {
  return command
    .option('--server <address>', 'API address of the server')
    .option('--auth-token <token>', 'token to sign in with')
    .option('--data <dir>', 'data folder of a running `plumb up`');
}

/** `name` or `namespace/name`. */
export interface ApplicationName {
  readonly name: string;
  readonly query: string;
}

export function parseApplicationName(text: string): ApplicationName {
  const [first = '', second, ...rest] = text.split('/');
  if (first === '' || second === '' || rest.length > 0) {
    throw new CommandError(`invalid application name "${text}": use NAME or NAMESPACE/NAME`, 2);
  }
  return second === undefined
    ? { name: encodeURIComponent(first), query: '' }
    : { name: encodeURIComponent(second), query: `appNamespace=${encodeURIComponent(first)}` };
}

export function applicationPath(app: ApplicationName, more = '', query = ''): string {
  const all = [app.query, query].filter((part) => part !== '').join('&');
  return `/api/v1/applications/${app.name}${more}${all === '' ? '' : `?${all}`}`;
}

export function getApplication(api: ApiClient, app: ApplicationName, query = ''): Promise<Application> {
  return api.get<Application>(applicationPath(app, '', query));
}

/** `GROUP:KIND:NAME` or `GROUP:KIND:NAMESPACE/NAME`, as argocd's `--resource` takes it. */
export function parseResource(text: string): {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
} {
  const [group, kind, rest, ...more] = text.split(':');
  if (
    group === undefined ||
    kind === undefined ||
    rest === undefined ||
    kind === '' ||
    rest === '' ||
    more.length > 0
  ) {
    throw new CommandError(`invalid resource "${text}": use GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME`, 2);
  }
  const slash = rest.indexOf('/');
  return slash < 0
    ? { group, kind, name: rest }
    : { group, kind, namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}
