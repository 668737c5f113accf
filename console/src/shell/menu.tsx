// SPDX-License-Identifier: Apache-2.0
import { useLocation } from '@tanstack/react-router';
import { Menu as AntMenu } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../kit/link.tsx';
import { useSession } from '../kit/session.tsx';
import { useLanguage } from '../kit/texts.ts';
import { menuOf } from './pages.ts';

export interface MenuProps {
  readonly folded: boolean;
  readonly onGo?: () => void;
}

/** The pages that the session may see, in their groups. */
export function Menu({ folded, onGo }: MenuProps): JSX.Element {
  const { t } = useTranslation();
  const language = useLanguage();
  const { pathname } = useLocation();
  const groups = menuOf(useSession());
  const entries = groups.flatMap(({ pages }) => pages.map(({ routes: [first] }) => first.path));
  const here = entries.filter((path) => `${pathname}/`.startsWith(`${path}/`));
  return (
    <nav aria-label={t('menu.label')} className="fs-menu">
      <AntMenu
        mode="inline"
        inlineCollapsed={folded}
        selectedKeys={here}
        onClick={() => onGo?.()}
        items={groups.map(({ group, pages }) => ({
          key: group,
          type: 'group',
          label: folded ? null : t(`menu.${group}`),
          children: pages.map(({ title, menu, routes: [first] }) => ({
            key: first.path,
            icon: menu === undefined ? null : <menu.icon />,
            title: title[language],
            label: <PageLink to={first.path}>{title[language]}</PageLink>,
          })),
        }))}
      />
    </nav>
  );
}
