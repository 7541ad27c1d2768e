import { kubeAt, type KubeObject } from '../../e2e/harness/kube.ts';
import { configMaps, isReady } from '../../e2e/harness/objects.ts';
import { outside } from './outside.ts';

/** Sees the cluster through watches, as any outsider could; times are those of `performance.now()`. */
export interface Observer {
  allReady(apps: number): Promise<void>;
  /** When the ConfigMap has this value (after it had had `first`, if that is given). */
  configMapValue(name: string, value: string, first?: string): Promise<number>;
  deleteItems(count: number): Promise<void>;
  /** When this many deleted ConfigMaps are there again. */
  recreated(count: number): Promise<number>;
  /** Nothing was heard for a while. */
  quiet(): Promise<void>;
  close(): void;
}

// On a slow machine work that is in no hurry pauses for longer than a moment.
const quietMs = 1_000;

/** Watches these collections. */
export async function createObserver(server: string, collections: readonly string[]): Promise<Observer> {
  const stop = new AbortController();
  const listeners = new Set<(type: string, object: KubeObject) => void>();
  let heardAt = performance.now();
  const tell = (type: string, object: KubeObject): void => {
    heardAt = performance.now();
    for (const listener of listeners) listener(type, object);
  };
  const way = outside(server, 1);
  await Promise.all(
    collections.map((collection) =>
      way.follow(`${collection}?watch=true`, stop.signal, (line) => {
        const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
        tell(type, object);
      }),
    ),
  );

  const when = <T>(seen: (type: string, object: KubeObject) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const listener = (type: string, object: KubeObject): void => {
        const result = seen(type, object);
        if (result === undefined) return;
        listeners.delete(listener);
        resolve(result);
      };
      listeners.add(listener);
    });

  return {
    allReady(apps) {
      const ready = new Set<string>();
      return when((_type, object) => {
        if (object.kind !== 'Application') return undefined;
        if (isReady(object)) ready.add(object.metadata.name);
        else ready.delete(object.metadata.name);
        return ready.size === apps ? true : undefined;
      }).then(() => undefined);
    },
    configMapValue(name, value, first) {
      let begun = first === undefined;
      return when((_type, object) => {
        if (object.kind !== 'ConfigMap' || object.metadata.name !== name) return undefined;
        if (object['data']?.value === first) begun = true;
        return begun && object['data']?.value === value ? performance.now() : undefined;
      });
    },
    async deleteItems(count) {
      const kube = kubeAt(server);
      const list = (await kube.get(configMaps)) as unknown as { items: KubeObject[] };
      const names = list.items
        .map((item) => item.metadata.name)
        .filter((name) => /-item-\d$/.test(name))
        .slice(0, count);
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let name = names[next++]; name !== undefined; name = names[next++])
          await kube.send('DELETE', `${configMaps}/${name}`);
      };
      await Promise.all(Array.from({ length: 32 }, worker));
    },
    recreated(count) {
      let deleted = 0;
      const gone = new Set<string>();
      return when((type, object) => {
        if (object.kind !== 'ConfigMap' || !/-item-\d$/.test(object.metadata.name)) return undefined;
        if (type === 'DELETED') {
          deleted += 1;
          gone.add(object.metadata.name);
        } else gone.delete(object.metadata.name);
        return deleted >= count && gone.size === 0 ? performance.now() : undefined;
      });
    },
    async quiet() {
      heardAt = performance.now();
      while (performance.now() - heardAt < quietMs)
        await new Promise((resolve) => setTimeout(resolve, quietMs - (performance.now() - heardAt) + 1));
    },
    close: () => stop.abort(),
  };
}
