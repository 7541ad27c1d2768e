import { spawn } from 'node:child_process';

/**
 * Runs a program without a shell. With `quiet` its output is kept and only thrown when it fails; otherwise it goes
 * where ours goes. Resolves with what it printed (`quiet`) and its exit code.
 */
export function run(program, args, { cwd, env, quiet = false, onLine, allowFailure = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
      onLine?.(String(chunk).trim().split('\n').at(-1) ?? '');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 || allowFailure) resolve({ code, output });
      else reject(new Error(`${program} ${args.join(' ')} failed with code ${code}\n${output}`));
    });
  });
}
