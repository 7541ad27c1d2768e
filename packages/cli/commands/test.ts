import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { collect } from '../repeatable.ts';
import { addRenderOptions } from '../render/options.ts';
import type { TestFlags } from '../test/run.ts';

/** `plumb test PATH`: brings a folder up on an embedded cluster in virtual time and says what does not become healthy. */
export function testCommand(parent: Command, io: Io): void {
  const command = parent
    .command('test <path>')
    .description(
      'Bring a folder, a kustomization, a chart or applications up on a cluster in memory and say what does not become healthy',
    )
    .option('-o, --output <format>', 'text|json|junit', 'text')
    .option('--timeout <span>', "how long to wait, in the cluster's own time", '10m')
    .option(
      '--fail <what=scenario>',
      'let pods fail: an image, label:key=value or Kind/name, and image-pull-error|crash-loop|never-ready|slow-start|oom|fail|hang; repeatable',
      collect,
    )
    .option(
      '--with <path>',
      'bring this up first, without judging it: definitions, secrets; repeatable',
      collect,
    )
    .option('--repo <url>', 'an address that means this repository; repeatable (its remotes)', collect)
    .option('--node-label <key=value>', 'a label of the node that pods run on; repeatable', collect)
    .option('--skip-unknown', 'leave out objects whose kind nothing defines')
    .option('--strict', 'warnings fail the test too')
    .option('--all', 'also list what is well');
  addRenderOptions(command).action(async (path: string, flags: TestFlags) => {
    // What only this command needs is loaded when it runs: other commands start without it.
    const { runTest } = await import('../test/run.ts');
    return runTest(path, flags, io);
  });
}
