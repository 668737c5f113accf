// SPDX-License-Identifier: Apache-2.0
import { theme, type ThemeConfig } from 'antd';

// Colours of texts and of what carries text have a contrast of at least 4.5:1 to what is behind them (WCAG 2 § 1.4.3),
// which the library's own do not have everywhere.

const layout = { headerPadding: '0 12px', headerHeight: 48 };

export const lightTheme: ThemeConfig = {
  algorithm: theme.compactAlgorithm,
  token: {
    colorPrimary: '#0958d9',
    colorPrimaryHover: '#0a4bc0',
    colorLink: '#0958d9',
    colorLinkHover: '#003eb3',
    colorInfo: '#0958d9',
    colorInfoBg: '#f0f6ff',
    colorError: '#cf1322',
    colorErrorBg: '#fff1f0',
    colorWarning: '#874d00',
    colorWarningBg: '#fffbe6',
    colorWarningBorder: '#ffe58f',
    colorSuccess: '#1f6e03',
    colorSuccessBg: '#f6ffed',
    colorSuccessBorder: '#b7eb8f',
    colorTextSecondary: '#555555',
    colorTextTertiary: '#636363',
    colorTextDescription: '#636363',
    colorTextPlaceholder: '#6b6b6b',
  },
  components: { Layout: layout },
};

const darkSelected = '#69b1ff';

export const darkTheme: ThemeConfig = {
  algorithm: [theme.darkAlgorithm, theme.compactAlgorithm],
  token: {
    colorPrimary: '#3c89e8',
    colorLink: '#69b1ff',
    colorLinkHover: '#8cc1f5',
    colorInfo: '#69b1ff',
    colorError: '#ff7875',
    colorWarning: '#faad14',
    colorSuccess: '#73d13d',
    colorTextSecondary: '#b0b0b0',
    colorTextTertiary: '#a0a0a0',
    colorTextDescription: '#a6a6a6',
    colorTextPlaceholder: '#9a9a9a',
  },
  components: {
    Layout: layout,
    Menu: { itemSelectedColor: darkSelected },
    Tabs: { itemSelectedColor: darkSelected, itemActiveColor: darkSelected },
    Button: { dangerColor: '#141414' },
  },
};
