import { join } from 'node:path';
import type { Random } from '@plumbline/base';
import type { ListenOptions, Security } from '../types.ts';
import type { Access } from '../registry/types.ts';
import { authenticator } from './authenticate.ts';
import { openAuthority } from './authority.ts';
import { authorizeByRoles } from './rbac.ts';
import { bootstrapRoles } from './roles.ts';

export { adminKubeconfig } from './kubeconfig.ts';

/** What a secured server needs, and how its administrator gets in. PEM texts. */
export interface Secured {
  readonly security: Security;
  readonly tls: NonNullable<ListenOptions['tls']>;
  readonly admin: { readonly caCert: string; readonly clientCert: string; readonly clientKey: string };
  /** Makes the roles that every cluster has, where they are missing. */
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

/** Authentication and role-based authorization with a certificate authority of its own, whose key lies in `dataDir`. */
export function createSecurity(options: {
  readonly random: Random;
  readonly now: () => number;
  readonly dataDir?: string;
  readonly host?: string;
}): Secured {
  const authority = openAuthority({
    random: options.random,
    now: options.now,
    ...(options.dataDir === undefined ? {} : { folder: join(options.dataDir, 'pki') }),
  });
  const names =
    options.host === undefined || serverNames.includes(options.host)
      ? serverNames
      : [...serverNames, options.host];
  const server = authority.issue({ subject: { commonName: 'kube-apiserver' }, use: 'server', names });
  const admin = authority.issue({
    subject: { commonName: 'plumbline-admin', organizations: ['system:masters'] },
    use: 'client',
  });
  return {
    security: { authenticate: authenticator(new Map()), authorize: authorizeByRoles },
    tls: { key: server.key, cert: server.certificate, clientCa: authority.certificate },
    admin: { caCert: authority.certificate, clientCert: admin.certificate, clientKey: admin.key },
    seed(access) {
      for (const object of bootstrapRoles) {
        if (access.get('rbac.authorization.k8s.io', object.kind, '', object.metadata.name) === undefined)
          access.create(object, 'kube-apiserver');
      }
    },
  };
}
