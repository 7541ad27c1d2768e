import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isReady, scriptPod, startLocalCluster } from './cluster.ts';

/** Starts pods and waits to be killed: one that is restarted, one that is not, and a process that has left its group. */
const folder = process.argv[2] ?? '';
const pids = join(folder, 'pids');
const cluster = await startLocalCluster({ folder, dataDir: join(folder, 'data') });
cluster.apply(
  scriptPod('serves', `echo $$$$ >> ${pids}; exec sleep 600`, { restartPolicy: 'Always' }),
  scriptPod(
    'once',
    `setsid sh -c 'echo $$$$ >> ${pids}; exec sleep 600' & echo $$$$ >> ${pids}; exec sleep 600`,
  ),
);
await cluster.until('', 'Pod', 'serves', isReady);
await cluster.until('', 'Pod', 'once', isReady);
const written = setInterval(() => {
  if (!existsSync(pids) || readFileSync(pids, 'utf8').trim().split('\n').length < 3) return;
  clearInterval(written);
  appendFileSync(pids, '');
  process.send?.('up');
}, 20);
