// SPDX-License-Identifier: Apache-2.0
import { DesktopOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, useLanguage } from '../kit/texts.ts';
import { themeChoices, useThemeChoice } from './theme.tsx';

/** Goes to the other language; its name is written in that language. */
export function LanguageButton(): JSX.Element {
  const { t, i18n } = useTranslation();
  const other = useLanguage() === 'zh' ? 'en' : 'zh';
  return (
    <Button type="text" lang={other} onClick={() => void chooseLanguage(i18n, other)} data-own-name>
      {t('language.other')}
    </Button>
  );
}

const icons = { system: <DesktopOutlined />, light: <SunOutlined />, dark: <MoonOutlined /> };

export function ThemeButton(): JSX.Element {
  const { t } = useTranslation();
  const { choice, choose } = useThemeChoice();
  const items = themeChoices.map((key) => ({
    key,
    icon: icons[key],
    label: t(`theme.${key}`),
    onClick: () => choose(key),
  }));
  return (
    <Dropdown menu={{ items, selectedKeys: [choice] }} trigger={['click']}>
      <Button type="text" icon={icons[choice]} aria-label={t('theme.label')} />
    </Dropdown>
  );
}
