import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@plumbline/base';
import { systemClock, systemRandom } from '@plumbline/base/node';
import { serveTransport } from '@plumbline/kube';
import { CommandError } from '../io.ts';
import { startEmbedded } from './embedded.ts';
import type { ThreadData, ThreadNews } from './embedded-apart.ts';
import { createLogger } from './logger.ts';
import { createStopper } from './stop.ts';

/** The other side of `startEmbeddedApart`: starts the server, says how that went and answers until it is to stop. */
export async function serveEmbedded(): Promise<void> {
  const parent = parentPort;
  if (parent === null) throw new Error('this is the program of a thread');
  const { options, requests } = workerData as ThreadData;
  const say = (news: ThreadNews): void => parent.postMessage(news);
  const stopper = createStopper();
  parent.once('message', () => {
    void stopper.stop().finally(() => {
      requests.close();
      parent.close();
    });
  });
  try {
    const { kube, url, kubeconfig } = await startEmbedded(
      {
        ...options,
        clock: systemClock,
        random: systemRandom,
        logger: createLogger(options.logLevel),
        said: (port) => say({ type: 'busy', port }),
      },
      stopper,
    );
    serveTransport(kube.transport, requests);
    say({ type: 'started', url, kubeconfig });
  } catch (thrown) {
    const exitCode = thrown instanceof CommandError ? { exitCode: thrown.exitCode } : {};
    say({ type: 'failed', message: messageOf(thrown), ...exitCode });
  }
}
