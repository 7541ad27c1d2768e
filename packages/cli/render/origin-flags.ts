import type { Command } from 'commander';

/** The flags that say where a chart is and who has to have signed it: those of `helm template`. */
export interface OriginFlags {
  readonly version?: string;
  readonly repo?: string;
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly passCredentials?: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly plainHttp?: boolean;
  readonly verify?: boolean;
  readonly keyring?: string;
}

/** Adds the flags to a command. */
export function addOriginOptions(command: Command): Command {
  const of = 'charts of a repository:';
  return command
    .option('--version <range>', `${of} the version, or a range; the newest unless told`)
    .option('--repo <url>', `${of} its address`)
    .option('--username <name>', `${of} who asks`)
    .option('--password <password>', `${of} the password`)
    .option('--password-stdin', `${of} read the password from standard input`)
    .option('--pass-credentials', `${of} send them to other hosts too`)
    .option('--ca-file <file>', `${of} certificates to trust`)
    .option('--cert-file <file>', `${of} our certificate`)
    .option('--key-file <file>', `${of} our certificate's key`)
    .option('--insecure-skip-tls-verify', `${of} do not check its certificate`)
    .option('--plain-http', 'charts of a registry: without TLS')
    .option('--verify', 'charts: only archives that somebody has signed who is trusted')
    .option('--keyring <file>', 'charts: the keys that are trusted (~/.gnupg/pubring.gpg)');
}
