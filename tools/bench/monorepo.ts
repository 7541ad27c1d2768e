import { application, applications } from '../../e2e/harness/objects.ts';
import { outside } from './outside.ts';

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
const named = (apiVersion: string, kind: string, name: string, more: object): string =>
  json({ apiVersion, kind, metadata: { name, labels: { app: name } }, ...more });

/** The ten objects of an application as people have them: a Deployment with its Service, account, settings, policy and some data. */
export function objectsOf(app: number): Record<string, string> {
  const name = `app-${app}`;
  const labels = { 'app.kubernetes.io/name': name };
  const folder = `apps/${name}`;
  const files: Record<string, string> = {
    [`${folder}/deployment.yaml`]: named('apps/v1', 'Deployment', name, {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'main',
                image: `registry.example/${name}:1.0.0`,
                ports: [{ containerPort: 8080 }],
                envFrom: [{ configMapRef: { name: `${name}-config` } }],
              },
            ],
          },
        },
      },
    }),
    [`${folder}/service.yaml`]: named('v1', 'Service', name, {
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    }),
    [`${folder}/account.yaml`]: named('v1', 'ServiceAccount', name, {}),
    [`${folder}/secret.yaml`]: named('v1', 'Secret', `${name}-secret`, { stringData: { token: 'sample' } }),
    [`${folder}/policy.yaml`]: named('policy/v1', 'PodDisruptionBudget', name, {
      spec: { minAvailable: 0, selector: { matchLabels: labels } },
    }),
    ...valueFile(app, 'first'),
  };
  for (let item = 0; item < 4; item++)
    files[`${folder}/item-${item}.yaml`] = named('v1', 'ConfigMap', `${name}-item-${item}`, {
      data: { value: 'from-git' },
    });
  return files;
}

export function valueFile(app: number, value: string): Record<string, string> {
  return {
    [`apps/app-${app}/config.yaml`]: named('v1', 'ConfigMap', `app-${app}-config`, { data: { value } }),
  };
}

/** Creates the Applications, sixteen requests at a time, as `kubectl apply --server-side` would. */
export async function createApplications(server: string, apps: number, repoURL: string): Promise<void> {
  const workers = 16;
  const way = outside(server, workers);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let app = next++; app < apps; app = next++) {
      const object = application(`app-${app}`, repoURL, `apps/app-${app}`);
      const path = `${applications}/app-${app}?fieldManager=kubectl&force=true`;
      await way.send('PATCH', path, JSON.stringify(object), 'application/apply-patch+yaml');
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  way.close();
}
