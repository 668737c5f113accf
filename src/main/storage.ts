// SPDX-License-Identifier: Apache-2.0
import type { ApiServices } from '#api';
import type { Journal } from '#bus';
import type { Config } from '#config';
import type { nodeDisk } from '#runtime';
import type { SecretBox, TrustedAuthorities } from '#security';
import type { createBackup } from '#store';

/** What is open before the domains that work on it. */
export type Storage = Pick<
  ApiServices,
  | 'limits'
  | 'clock'
  | 'metrics'
  | 'logger'
  | 'ingest'
  | 'series'
  | 'authenticator'
  | 'policy'
  | 'audit'
> & { readonly log: Journal } & Pick<
    Parameters<typeof createBackup>[0],
    'registry' | 'auditStore'
  > & {
    readonly config: Config;
    readonly disk: typeof nodeDisk;
    readonly data: { readonly path: string };
    readonly trusted: TrustedAuthorities;
    readonly box: SecretBox;
  };
