import type { TestRequest } from '@plumbline/controllers';
import { CommandError, type Io } from '../../io.ts';
import { profileFor, withCluster } from './connect.ts';
import { spanMs } from './options.ts';
import type { ClusterFlags } from './options.ts';
import { statusText } from './status-text.ts';
import { failure } from './write.ts';

interface TestFlags extends ClusterFlags {
  readonly timeout: string;
  readonly filter?: readonly string[];
  readonly logs?: boolean;
  readonly hideNotes?: boolean;
}

/** `helm test RELEASE`. */
export async function test(name: string, flags: TestFlags, io: Io): Promise<void> {
  await withCluster(flags, io, async (connection) => {
    const profile = await profileFor(connection, name);
    const done = await connection.actions(profile).test({
      name,
      timeoutMs: spanMs(flags.timeout, 'timeout'),
      logs: flags.logs === true,
      ...filtersOf(flags.filter ?? []),
    });
    if (!done.ok) throw failure(done.error);
    const { release, logs, failure: failed } = done.value;
    // Helm 4 shows no notes behind tests, and has no flag for it.
    const hideNotes = profile === 4 || flags.hideNotes === true;
    io.stdout.write(statusText(release, { profile, hideNotes }));
    if (flags.logs === true) io.stdout.write('\n');
    const missing: string[] = [];
    for (const log of logs) {
      if ('failure' in log) missing.push(log.failure);
      else {
        const container = log.container === undefined ? '' : ` (${log.container})`;
        io.stdout.write(`POD LOGS: ${log.name}${container}\n${log.text}\n`);
      }
    }
    if (failed === undefined && missing.length === 0) return;
    const whole = failed === undefined ? undefined : failure(failed);
    if (missing.length === 0 && whole !== undefined) throw whole;
    throw new CommandError([...(whole === undefined ? [] : [whole.message]), ...missing].join('\n'));
  });
}

/** `name=a`, `!name=b`; all else is for nobody, as in Helm. */
function filtersOf(texts: readonly string[]): Pick<TestRequest, 'include' | 'exclude'> {
  const include: string[] = [];
  const exclude: string[] = [];
  for (const filter of texts.flatMap((text) => text.split(','))) {
    const [, no, name] = /^(!\s?)?name=(.*)$/s.exec(filter) ?? [];
    if (name !== undefined) (no === undefined ? include : exclude).push(name);
  }
  return { include, exclude };
}
