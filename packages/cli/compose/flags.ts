import { CommandError } from '../io.ts';

/** A port number, 0 meaning any free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new CommandError(`--port: ${text} is not a port number`, 2);
  return port;
}

/** Who runs pods. */
export type PodsMode = 'simulated' | 'local' | 'none';

export function parsePods(text: string): PodsMode {
  if (text === 'simulated' || text === 'local' || text === 'none') return text;
  throw new CommandError(`--pods: ${text} is none of simulated, local, none`, 2);
}

/** Without TLS only this machine may reach us. */
export function checkHost(host: string): void {
  if (/^127(\.\d{1,3}){3}$/.test(host) || host === 'localhost' || host === '::1') return;
  throw new CommandError(
    `--host ${host}: only loopback addresses are served without TLS, which this command does not have yet`,
    2,
  );
}
