import type { Secret } from '@plumbline/base';
import type { TlsSettings } from '../http/client.ts';

/** How to get at a repository of charts. */
export interface ChartAccess {
  readonly credentials?: { readonly username: string; readonly password: Secret };
  readonly tls?: TlsSettings;
  /** Credentials also go to other hosts that the index names. */
  readonly passCredentials?: boolean;
  /** The repository is an OCI registry although its address does not say `oci://`. */
  readonly oci?: boolean;
  /** The registry speaks HTTP. */
  readonly plainHttp?: boolean;
}
