// SPDX-License-Identifier: Apache-2.0
import type { Principal } from '#security';

/** How a principal is named in tasks and desired values. */
export function requesterOf(principal: Principal): string {
  switch (principal.kind) {
    case 'user':
      return `user ${principal.account} ${principal.name}`;
    case 'token':
      return `token ${principal.token} ${principal.name}`;
    case 'thing':
      return `thing ${principal.thing}`;
    case 'anonymous':
      return 'anonymous';
  }
}
