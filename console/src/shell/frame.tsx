// SPDX-License-Identifier: Apache-2.0
import { MenuFoldOutlined, MenuUnfoldOutlined } from '@ant-design/icons';
import { Outlet } from '@tanstack/react-router';
import { Button, Drawer, Flex, Grid, Layout } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { remember, remembered } from '../kit/memory.ts';
import { flagField, useUrlState } from '../kit/url-state.ts';
import { DemoBanner, LostBanner, NeedsBanner } from './banners.tsx';
import { Issues } from './issues.tsx';
import { LiveBadge } from './live-badge.tsx';
import { Menu } from './menu.tsx';
import { LanguageButton, ThemeButton } from './preferences.tsx';
import { Search } from './search.tsx';
import { TenantSwitch } from './tenant-switch.tsx';
import { UserMenu } from './user-menu.tsx';

/** What stands around every page; `?kiosk=1` leaves only the page. */
export function Frame(): JSX.Element {
  const [{ kiosk }] = useUrlState({ kiosk: flagField() });
  if (kiosk) {
    return (
      <main className="fs-main fs-kiosk">
        <LostBanner />
        <Outlet />
      </main>
    );
  }
  return <FullFrame />;
}

function FullFrame(): JSX.Element {
  const { t } = useTranslation();
  const isPhone = Grid.useBreakpoint().md === false;
  const [folded, setFolded] = useState(remembered('menu') === 'folded');
  const [drawn, setDrawn] = useState(false);
  const toggle = (): void => {
    if (isPhone) return setDrawn(!drawn);
    remember('menu', folded ? undefined : 'folded');
    setFolded(!folded);
  };
  return (
    <Layout className="fs-layout">
      <a className="fs-skip" href="#main">
        {t('skip')}
      </a>
      <Layout.Header className="fs-header">
        <Button
          type="text"
          aria-label={t('menu.toggle')}
          icon={folded || isPhone ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          onClick={toggle}
        />
        <strong className="fs-brand">{t('brand')}</strong>
        <TenantSwitch />
        <Search />
        <Flex align="center" gap={4} className="fs-tools">
          <LiveBadge />
          <Issues />
          <LanguageButton />
          <ThemeButton />
          <UserMenu />
        </Flex>
      </Layout.Header>
      <Layout hasSider={!isPhone}>
        {isPhone ? (
          <Drawer
            placement="left"
            size={240}
            open={drawn}
            onClose={() => setDrawn(false)}
            title={t('brand')}
          >
            <Menu folded={false} onGo={() => setDrawn(false)} />
          </Drawer>
        ) : (
          <Layout.Sider collapsed={folded} width={200} collapsedWidth={52} theme="light">
            <Menu folded={folded} />
          </Layout.Sider>
        )}
        <div className="fs-content">
          <LostBanner />
          <DemoBanner />
          <NeedsBanner />
          <main id="main" className="fs-main" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </Layout>
    </Layout>
  );
}
