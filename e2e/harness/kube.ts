/** A Kubernetes API over HTTP as an outsider sees it: plain fetch, nothing of ours. */
export interface Kube {
  get(path: string): Promise<KubeObject | undefined>;
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeObject>;
  apply(object: KubeObject): Promise<KubeObject>;
  /** Follows a collection (or one name by fieldSelector) until `seen` answers true; resolves with the time it took in ms. */
  until(path: string, seen: (object: KubeObject, type: string) => boolean, limitMs?: number): Promise<number>;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly [key: string]: unknown;
  };
  // What an outsider finds in an object is whatever the server sends.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly [field: string]: any;
}

const plurals: Readonly<Record<string, string>> = {
  Application: 'applications',
  ConfigMap: 'configmaps',
  Namespace: 'namespaces',
  Deployment: 'deployments',
};

export function kubeAt(server: string): Kube {
  const send: Kube['send'] = async (method, path, body, contentType = 'application/json') => {
    const response = await fetch(server + path, {
      method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as KubeObject;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${String(answer['message'])}`);
    return answer;
  };
  return {
    async get(path) {
      const response = await fetch(server + path, { headers: { accept: 'application/json' } });
      if (response.status === 404) return undefined;
      return (await response.json()) as KubeObject;
    },
    send,
    apply(object) {
      const group =
        object.apiVersion?.includes('/') === true
          ? `/apis/${object.apiVersion}`
          : `/api/${object.apiVersion ?? 'v1'}`;
      const namespace =
        object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`;
      const plural = plurals[object.kind ?? ''] ?? `${object.kind?.toLowerCase()}s`;
      const path = `${group}${namespace}/${plural}/${object.metadata.name}?fieldManager=e2e&force=true`;
      return send('PATCH', path, object, 'application/apply-patch+yaml');
    },
    async until(path, seen, limitMs = 30_000) {
      const began = performance.now();
      const signal = AbortSignal.timeout(limitMs);
      const query = `${path.includes('?') ? '&' : '?'}watch=true`;
      let last: unknown;
      try {
        const response = await fetch(server + path + query, {
          signal,
          headers: { accept: 'application/json' },
        });
        for await (const event of lines(response)) {
          const { type, object } = JSON.parse(event) as { type: string; object: KubeObject };
          last = object;
          if (seen(object, type)) return performance.now() - began;
        }
      } catch (thrown) {
        if (!signal.aborted) throw thrown;
      }
      throw new Error(
        `not seen within ${limitMs} ms on ${path}; last: ${JSON.stringify(last)?.slice(0, 2000)}`,
      );
    },
  };
}

async function* lines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const all = rest.split('\n');
    rest = all.pop() ?? '';
    yield* all.filter((line) => line !== '');
  }
}
