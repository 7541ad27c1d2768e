import { join } from 'node:path';
import type { Random } from '@plumbline/base';
import type { Access } from '../registry/types.ts';
import type { ListenOptions, Security, User } from '../types.ts';
import { followAggregation } from './aggregate.ts';
import { authenticator, identifyToken } from './authenticate.ts';
import { openAuthority } from './authority.ts';
import { decideByRoles, rulesFor } from './rbac.ts';
import { bootstrapRoles, ownedFields } from './roles.ts';
import { followSigning } from './signing.ts';
import { followTokenSecrets } from './token-secrets.ts';
import { issuer, openTokens } from './tokens.ts';

export { adminKubeconfig } from './kubeconfig.ts';

/** What a secured server needs, and how its administrator gets in. PEM texts. */
export interface Secured {
  readonly security: Security;
  readonly tls: NonNullable<ListenOptions['tls']>;
  readonly admin: { readonly caCert: string; readonly clientCert: string; readonly clientKey: string };
  /**
   * Makes the roles that every cluster has, where they are missing, keeps sums of roles and Secrets with tokens up to
   * date, and lets the service accounts of this server in.
   */
  seed(access: Access): void;
}

const serverNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '::1',
  '10.96.0.1',
];

/**
 * Authentication and role-based authorization with a certificate authority and a signing key of its own, which lie in
 * `dataDir`. `tokens`: bearer tokens that are known from the start.
 */
export function createSecurity(options: {
  readonly random: Random;
  readonly now: () => number;
  readonly dataDir?: string;
  readonly host?: string;
  readonly tokens?: ReadonlyMap<string, User>;
}): Secured {
  const place = {
    random: options.random,
    now: options.now,
    ...(options.dataDir === undefined ? {} : { folder: join(options.dataDir, 'pki') }),
  };
  const authority = openAuthority(place);
  const tokens = openTokens(place);
  const names =
    options.host === undefined || serverNames.includes(options.host)
      ? serverNames
      : [...serverNames, options.host];
  const server = authority.issue({ subject: { commonName: 'kube-apiserver' }, use: 'server', names });
  const admin = authority.issue({
    subject: { commonName: 'plumbline-admin', organizations: ['system:masters'] },
    use: 'client',
  });
  let seeded: Access | undefined;
  const identify = identifyToken(options.tokens ?? new Map(), tokens);
  return {
    security: {
      authenticate: authenticator((token) => identify(token, seeded)),
      authorize(user, attributes, access) {
        const { allowed, reason } = decideByRoles(user, attributes, access);
        return allowed ? undefined : reason;
      },
      decide: decideByRoles,
      rules: rulesFor,
      identify: (token) => identify(token, seeded),
      tokens: { issuer, issue: (subject) => tokens.issue(subject), keys: tokens.keys },
    },
    tls: { key: server.key, cert: server.certificate, clientCa: authority.certificate },
    admin: { caCert: authority.certificate, clientCert: admin.certificate, clientKey: admin.key },
    seed(access) {
      createRoles(access);
      // Sums of roles are the work of a controller, also upstream.
      if (access.controllers !== false) followAggregation(access);
      followSigning(access, authority);
      followTokenSecrets(access, tokens, authority.certificate);
      seeded = access;
    },
  };
}

/** A hundred objects whose form is known, so that none of them has to be checked. */
function createRoles(access: Access): void {
  // Objects of one form have one set between them.
  const sets = new Map<string, Readonly<Record<string, unknown>>>();
  for (const object of bootstrapRoles()) {
    const { namespace = '', name } = object.metadata;
    if (access.get('rbac.authorization.k8s.io', object.kind, namespace, name) !== undefined) continue;
    const form = [...Object.keys(object), ...Object.keys(object.metadata.labels ?? {})].join();
    const set = sets.get(form) ?? ownedFields(object);
    sets.set(form, set);
    access.createStored(object, 'kube-apiserver', set);
  }
}
