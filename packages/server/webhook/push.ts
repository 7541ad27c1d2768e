import { isRecord, recordAt, recordsAt, textAt } from '@plumbline/base';
import type { Fields } from '@plumbline/base';

/** That a reference of a repository moved. */
export interface Push {
  /** Every address under which the repository may be known, web and clone addresses alike. */
  readonly repoURLs: readonly string[];
  /** Branch or tag. */
  readonly revision: string;
  /** The default branch moved. */
  readonly touchedHead: boolean;
}

/** The Git hosts whose webhooks are understood. */
export type Provider =
  | 'azuredevops'
  | 'gogs'
  | 'gitea'
  | 'github'
  | 'gitlab'
  | 'bitbucket'
  | 'bitbucketserver';

/** Who sent a webhook, by its headers, in the order in which Argo CD asks. Gitea sends GitHub's and Gogs' headers too. */
export function providerOf(headers: Headers): Provider | undefined {
  if (headers.has('x-vss-activityid')) return 'azuredevops';
  if (headers.has('x-gitea-event')) return 'gitea';
  if (headers.has('x-gogs-event')) return 'gogs';
  if (headers.has('x-github-event')) return 'github';
  if (headers.has('x-gitlab-event')) return 'gitlab';
  if (headers.has('x-hook-uuid')) return 'bitbucket';
  if (headers.has('x-event-key')) return 'bitbucketserver';
  return undefined;
}

/** What a webhook says was pushed: nothing where it tells of something else. */
export function pushesOf(provider: Provider, headers: Headers, body: Fields): readonly Push[] {
  switch (provider) {
    case 'github':
      return headers.get('x-github-event') === 'push' ? githubPush(body) : [];
    case 'gitea':
    case 'gogs':
      return headers.get(`x-${provider}-event`) === 'push' ? githubPush(body) : [];
    case 'gitlab':
      return gitlabPush(body);
    case 'bitbucket':
      return headers.get('x-event-key') === 'repo:push' ? bitbucketPush(body) : [];
    case 'bitbucketserver':
      return headers.get('x-event-key') === 'repo:refs_changed' ? bitbucketServerPush(body) : [];
    case 'azuredevops':
      return body['eventType'] === 'git.push' ? azurePush(body) : [];
  }
}

/** Gitea and Gogs took GitHub's shape over. */
function githubPush(body: Fields): readonly Push[] {
  const repository = recordAt(body, 'repository');
  const revision = shortRef(textAt(body, 'ref'));
  return push(
    [textAt(repository, 'html_url'), textAt(repository, 'clone_url'), textAt(repository, 'ssh_url')],
    revision,
    revision === textAt(repository, 'default_branch'),
  );
}

function gitlabPush(body: Fields): readonly Push[] {
  const kind = textAt(body, 'object_kind') || textAt(body, 'event_name');
  if (kind !== 'push' && kind !== 'tag_push') return [];
  const project = recordAt(body, 'project');
  const revision = shortRef(textAt(body, 'ref'));
  return push(
    [textAt(project, 'web_url'), textAt(project, 'git_http_url'), textAt(project, 'git_ssh_url')],
    revision,
    revision === textAt(project, 'default_branch'),
  );
}

function bitbucketPush(body: Fields): readonly Push[] {
  const repository = recordAt(body, 'repository');
  const url = textAt(recordAt(recordAt(repository, 'links'), 'html'), 'href');
  const main = textAt(recordAt(repository, 'mainbranch'), 'name');
  return recordsAt(recordAt(body, 'push'), 'changes').flatMap((change) => {
    const moved = isRecord(change['new']) ? change['new'] : recordAt(change, 'old');
    const name = textAt(moved, 'name');
    // Bitbucket does not always say which branch is the main one: then any branch may be.
    return push([url], name, main === '' ? textAt(moved, 'type') === 'branch' : main === name);
  });
}

function bitbucketServerPush(body: Fields): readonly Push[] {
  const links = recordAt(recordAt(body, 'repository'), 'links');
  const urls = [...recordsAt(links, 'clone'), ...recordsAt(links, 'self')].map((link) =>
    textAt(link, 'href').replace(/\/browse$/, ''),
  );
  return recordsAt(body, 'changes').flatMap((change) => {
    const ref = recordAt(change, 'ref');
    const name = shortRef(textAt(ref, 'id') || textAt(change, 'refId'));
    // It does not say which branch is the default one.
    return push(urls, name, textAt(ref, 'type') === 'BRANCH');
  });
}

function azurePush(body: Fields): readonly Push[] {
  const resource = recordAt(body, 'resource');
  const repository = recordAt(resource, 'repository');
  const main = shortRef(textAt(repository, 'defaultBranch'));
  return recordsAt(resource, 'refUpdates').flatMap((update) => {
    const name = shortRef(textAt(update, 'name'));
    return push([textAt(repository, 'remoteUrl')], name, name === main);
  });
}

function push(urls: readonly string[], revision: string, touchedHead: boolean): readonly Push[] {
  const repoURLs = [...new Set(urls.filter((url) => url !== ''))];
  return repoURLs.length === 0 || revision === '' ? [] : [{ repoURLs, revision, touchedHead }];
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}
