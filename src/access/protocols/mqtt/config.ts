// SPDX-License-Identifier: Apache-2.0
import type { PolicyRule } from './policy.ts';

/** What the adapter needs of `access.mqtt` (`#config` has the schema). */
export interface MqttConfig {
  readonly enabled: boolean;
  readonly listen: string;
  /** Clients without credentials use broker topics in a tenant of their own. */
  readonly anonymous: boolean;
  readonly tls: {
    readonly listen?: string | undefined;
    /** Paths of PEM files. */
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly passphrase?: string | undefined;
    readonly ca?: string | undefined;
    readonly clientCertificate: 'none' | 'optional' | 'required';
  };
  readonly ws: { readonly listen?: string | undefined };
  readonly policy: readonly PolicyRule[];
}
