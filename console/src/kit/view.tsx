// SPDX-License-Identifier: Apache-2.0
import { Flex, Typography } from 'antd';
import { useEffect, type JSX, type ReactNode } from 'react';

export interface ViewProps {
  readonly title: string;
  /** Buttons at the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: its heading, its title in the tab, its actions. */
export function View({ title, actions, children }: ViewProps): JSX.Element {
  useEffect(() => {
    document.title = `${title} · Fengsui`;
  }, [title]);
  return (
    <section className="fs-view">
      <Flex justify="space-between" align="center" wrap gap="small" className="fs-view-head">
        <Typography.Title level={1}>{title}</Typography.Title>
        {actions !== undefined && (
          <Flex gap="small" wrap>
            {actions}
          </Flex>
        )}
      </Flex>
      {children}
    </section>
  );
}
