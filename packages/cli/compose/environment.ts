import type { Io } from '../io.ts';

const passed = [
  'PATH',
  'SSH_AUTH_SOCK',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'TMPDIR',
];

/** The variables of this process that git gets; nothing else is handed on. */
export function gitEnvironment(io: Pick<Io, 'env'>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    passed.flatMap((name) => (io.env[name] === undefined ? [] : [[name, io.env[name]]])),
  );
}
