import { isRecord } from '@plumbline/base';
import type { ApplicationSummary, KubeObject } from '@plumbline/api';

/** What an application shows at a glance: the images that its pods run, the addresses that it answers at. */
export function summarise(objects: Iterable<KubeObject>): ApplicationSummary {
  const images = new Set<string>();
  const urls = new Set<string>();
  let isAppOfApps = false;
  for (const object of objects) {
    if (object.kind === 'Pod' && object.apiVersion === 'v1')
      for (const image of podImages(object)) images.add(image);
    else if (object.kind === 'Ingress') for (const url of ingressURLs(object)) urls.add(url);
    else if (object.kind === 'Application' && object.apiVersion.startsWith('argoproj.io/'))
      isAppOfApps = true;
  }
  return {
    ...(urls.size === 0 ? {} : { externalURLs: [...urls].toSorted() }),
    ...(images.size === 0 ? {} : { images: [...images].toSorted() }),
    ...(isAppOfApps ? { isAppOfApps } : {}),
  };
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** The images of a pod's containers. */
export function podImages(pod: KubeObject): readonly string[] {
  const spec = pod['spec'];
  const containers = [...records(member(spec, 'initContainers')), ...records(member(spec, 'containers'))];
  return [
    ...new Set(
      containers.map(({ image }) => image).filter((image): image is string => typeof image === 'string'),
    ),
  ];
}

/** `https` for hosts whose certificate is named; without a host the load balancer's address is used. */
function ingressURLs(ingress: KubeObject): readonly string[] {
  const spec = ingress['spec'];
  const named = records(member(spec, 'tls')).filter(({ secretName }) => typeof secretName === 'string');
  const secure = new Set(
    named.flatMap((tls) => (Array.isArray(tls['hosts']) ? (tls['hosts'] as unknown[]) : [])),
  );
  const addresses = records(member(member(ingress['status'], 'loadBalancer'), 'ingress')).flatMap(
    ({ hostname, ip }) =>
      typeof hostname === 'string' && hostname !== ''
        ? [hostname]
        : typeof ip === 'string' && ip !== ''
          ? [ip]
          : [],
  );
  return records(member(spec, 'rules')).flatMap((rule) => {
    const hosts = typeof rule['host'] === 'string' && rule['host'] !== '' ? [rule['host']] : addresses;
    const paths = records(member(rule['http'], 'paths')).map(({ path }) =>
      typeof path === 'string' ? path : '',
    );
    return hosts.flatMap((host) => {
      const scheme = secure.has(host) ? 'https' : 'http';
      return (paths.length === 0 ? [''] : paths).map(
        (path) => `${scheme}://${host}${path.replace(/\*+$/, '')}`,
      );
    });
  });
}
