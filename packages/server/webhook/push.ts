import { isRecord } from '@plumbline/base';

/** That a reference of a repository moved. */
export interface Push {
  /** Every address under which the repository may be known, web and clone addresses alike. */
  readonly repoURLs: readonly string[];
  /** Branch or tag. */
  readonly revision: string;
  /** The default branch moved. */
  readonly touchedHead: boolean;
}

export type Provider =
  | 'azuredevops'
  | 'gogs'
  | 'gitea'
  | 'github'
  | 'gitlab'
  | 'bitbucket'
  | 'bitbucketserver';

type Data = Readonly<Record<string, unknown>>;

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
export function pushesOf(provider: Provider, headers: Headers, body: Data): readonly Push[] {
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
function githubPush(body: Data): readonly Push[] {
  const repository = record(body, 'repository');
  const revision = shortRef(text(body, 'ref'));
  return push(
    [text(repository, 'html_url'), text(repository, 'clone_url'), text(repository, 'ssh_url')],
    revision,
    revision === text(repository, 'default_branch'),
  );
}

function gitlabPush(body: Data): readonly Push[] {
  const kind = text(body, 'object_kind') || text(body, 'event_name');
  if (kind !== 'push' && kind !== 'tag_push') return [];
  const project = record(body, 'project');
  const revision = shortRef(text(body, 'ref'));
  return push(
    [text(project, 'web_url'), text(project, 'git_http_url'), text(project, 'git_ssh_url')],
    revision,
    revision === text(project, 'default_branch'),
  );
}

function bitbucketPush(body: Data): readonly Push[] {
  const repository = record(body, 'repository');
  const url = text(record(record(repository, 'links'), 'html'), 'href');
  const main = text(record(repository, 'mainbranch'), 'name');
  return list(record(body, 'push'), 'changes').flatMap((change) => {
    const moved = isRecord(change['new']) ? change['new'] : record(change, 'old');
    const name = text(moved, 'name');
    // Bitbucket does not always say which branch is the main one: then any branch may be.
    return push([url], name, main === '' ? text(moved, 'type') === 'branch' : main === name);
  });
}

function bitbucketServerPush(body: Data): readonly Push[] {
  const links = record(record(body, 'repository'), 'links');
  const urls = [...list(links, 'clone'), ...list(links, 'self')].map((link) =>
    text(link, 'href').replace(/\/browse$/, ''),
  );
  return list(body, 'changes').flatMap((change) => {
    const ref = record(change, 'ref');
    const name = shortRef(text(ref, 'id') || text(change, 'refId'));
    // It does not say which branch is the default one.
    return push(urls, name, text(ref, 'type') === 'BRANCH');
  });
}

function azurePush(body: Data): readonly Push[] {
  const resource = record(body, 'resource');
  const repository = record(resource, 'repository');
  const main = shortRef(text(repository, 'defaultBranch'));
  return list(resource, 'refUpdates').flatMap((update) => {
    const name = shortRef(text(update, 'name'));
    return push([text(repository, 'remoteUrl')], name, name === main);
  });
}

function push(urls: readonly string[], revision: string, touchedHead: boolean): readonly Push[] {
  const repoURLs = [...new Set(urls.filter((url) => url !== ''))];
  return repoURLs.length === 0 || revision === '' ? [] : [{ repoURLs, revision, touchedHead }];
}

function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

function record(value: Data, field: string): Data {
  const member = value[field];
  return isRecord(member) ? member : {};
}

function list(value: Data, field: string): readonly Data[] {
  const member = value[field];
  return Array.isArray(member) ? member.filter(isRecord) : [];
}

function text(value: Data, field: string): string {
  const member = value[field];
  return typeof member === 'string' ? member : '';
}
