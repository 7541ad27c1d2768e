import { writeYaml } from '@plumbline/languages';

export interface KubeconfigOptions {
  readonly server: string;
  /** PEM texts. */
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
}

/** The text of a kubeconfig with one cluster, one administrator and one context, all called `plumbline`. */
export function adminKubeconfig({ server, ca, clientCert, clientKey }: KubeconfigOptions): string {
  const name = 'plumbline';
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return writeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: { server, ...(ca === undefined ? {} : { 'certificate-authority-data': base64(ca) }) },
      },
    ],
    users: [
      {
        name,
        user: {
          ...(clientCert === undefined ? {} : { 'client-certificate-data': base64(clientCert) }),
          ...(clientKey === undefined ? {} : { 'client-key-data': base64(clientKey) }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
