import { badRequest, failure, forbidden } from '../registry/errors.ts';
import type { Access } from '../registry/types.ts';
import type { Attributes, Security, User } from '../types.ts';
import { anonymous } from './authenticate.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const authenticationGroup = 'authentication.k8s.io';
const extraPrefix = 'impersonate-extra-';

interface Wanted {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * Who a request is made as: whoever its headers name, if the sender may act as them; else the sender. Without security
 * everybody may.
 */
export function impersonated(
  headers: Headers,
  sender: User,
  about: Attributes,
  security: Security | undefined,
  access: Access,
): User {
  const wanted = wantedOf(headers);
  if (wanted === undefined) return sender;
  if (wanted.name === '') throw badRequest(`requested ${goUser(wanted)} without impersonating a user name`);
  if (security !== undefined) check(wanted, sender, about, security, access);
  return userOf(wanted);
}

function wantedOf(headers: Headers): Wanted | undefined {
  const name = headers['impersonate-user'] ?? '';
  const uid = headers['impersonate-uid'] ?? '';
  const groups = listOf(headers['impersonate-group']);
  const extra: Record<string, readonly string[]> = {};
  for (const [header, value] of Object.entries(headers))
    if (header.startsWith(extraPrefix)) extra[unescaped(header.slice(extraPrefix.length))] = listOf(value);
  const nothing = name === '' && uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
  return nothing ? undefined : { name, uid, groups, extra };
}

/** Node joins headers that come more than once. */
function listOf(header: string | undefined): readonly string[] {
  return header === undefined || header === '' ? [] : header.split(/,\s*/);
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function goUser({ name, uid, groups, extra }: Wanted): string {
  const quoted = (text: string): string => JSON.stringify(text);
  const listed = (list: readonly string[]): string => `[]string{${list.map(quoted).join(', ')}}`;
  const keys = Object.keys(extra);
  const extras =
    keys.length === 0
      ? 'map[string][]string(nil)'
      : `map[string][]string{${keys.map((key) => `${quoted(key)}:${listed(extra[key]!)}`).join(', ')}}`;
  const shownGroups = groups.length === 0 ? '[]string(nil)' : listed(groups);
  return `&user.DefaultInfo{Name:${quoted(name)}, UID:${quoted(uid)}, Groups:${shownGroups}, Extra:${extras}}`;
}

const accountName = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * Since 1.36 there are two ways to be allowed: the old verb `impersonate` on everything that is asked for, or the
 * constrained verbs, which say what may be done as somebody else. A refusal names the latter.
 */
function check(wanted: Wanted, sender: User, about: Attributes, security: Security, access: Access): void {
  const may = (attributes: Attributes): boolean =>
    security.authorize(sender, attributes, access) === undefined;
  const things = thingsOf(wanted);
  if (things.every((one) => may({ ...one, verb: 'impersonate' }))) return;
  const mode = modeOf(wanted.name);
  const acting = { ...about, verb: `impersonate-on:${mode}:${about.verb}` };
  if (!may(acting)) throw refusal(sender, acting);
  const lacking = things.find((one) => !may({ ...one, verb: `impersonate:${mode}` }));
  if (lacking !== undefined) throw refusal(sender, { ...lacking, verb: `impersonate:${mode}` });
}

function modeOf(name: string): string {
  if (accountName.test(name)) return 'serviceaccount';
  return name.startsWith('system:node:') ? 'arbitrary-node' : 'user-info';
}

/** What the sender has to be allowed to act as. */
function thingsOf({ name, uid, groups, extra }: Wanted): readonly Attributes[] {
  const blank = {
    verb: '',
    group: '',
    version: '',
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    path: '',
    isResource: true,
  };
  const account = accountName.exec(name);
  const user =
    account === null
      ? { ...blank, resource: 'users', name }
      : { ...blank, resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! };
  return [
    user,
    ...(uid === '' ? [] : [{ ...blank, group: authenticationGroup, resource: 'uids', name: uid }]),
    ...groups.map((one) => ({ ...blank, resource: 'groups', name: one })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({
        ...blank,
        group: authenticationGroup,
        resource: 'userextras',
        subresource: key,
        name: value,
      })),
    ),
  ];
}

function refusal(
  sender: User,
  { verb, group, resource, subresource, namespace, name, path, isResource }: Attributes,
): Error {
  const who = `User ${JSON.stringify(sender.name)} cannot ${verb}`;
  if (!isResource) return failure(403, 'Forbidden', `forbidden: ${who} path ${JSON.stringify(path)}`, {});
  const what = JSON.stringify(subresource === '' ? resource : `${resource}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const text = `${who} resource ${what} in API group ${JSON.stringify(group)} ${where}`;
  return forbidden({ group, plural: resource, kind: '' }, name, text);
}

function userOf({ name, uid, groups, extra }: Wanted): User {
  const account = accountName.exec(name);
  const own =
    groups.length === 0 && account !== null
      ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]
      : groups;
  const known = own.includes('system:unauthenticated') || own.includes('system:authenticated');
  const implied = known ? [] : name === anonymous.name ? anonymous.groups : ['system:authenticated'];
  return {
    name,
    ...(uid !== '' && { uid }),
    groups: [...own, ...implied],
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}
