import { readFile } from 'node:fs/promises';
import type { Clock } from '@plumbline/base';
import { formatProblem } from '@plumbline/base';
import { httpsTransport, readKubeconfig } from '@plumbline/kube';
import { importCluster } from '@plumbline/localkube';
import type { Imported } from '@plumbline/localkube';
import { CommandError } from '../io.ts';

/** Copies the cluster of a kubeconfig by reading alone. */
export async function importFrom(
  file: string,
  options: {
    readonly clock: Clock;
    readonly secrets: 'masked' | 'without';
    readonly namespaces?: readonly string[];
  },
): Promise<Imported> {
  const address = await readKubeconfig({
    path: file,
    readFile: (path) => readFile(path, 'utf8'),
    clock: options.clock,
  });
  if (!address.ok) throw new CommandError(formatProblem(address.error));
  const transport = httpsTransport(address.value.options);
  try {
    return await importCluster(transport, {
      secrets: options.secrets,
      ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
    });
  } finally {
    await transport.close();
  }
}
