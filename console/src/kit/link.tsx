// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import type { JSX, ReactNode } from 'react';

export interface PageLinkProps {
  /** Below the console's root: `/things/5`, perhaps with `?tab=history`. */
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A link to another page of the console. */
export function PageLink({ to, children, className }: PageLinkProps): JSX.Element {
  const [path = '/', search = ''] = to.split('?', 2);
  return (
    <Link
      to={path}
      search={Object.fromEntries(new URLSearchParams(search))}
      {...(className === undefined ? {} : { className })}
    >
      {children}
    </Link>
  );
}
