// SPDX-License-Identifier: Apache-2.0
import { App as AntApp, ConfigProvider } from 'antd';
import en from 'antd/locale/en_US';
import zh from 'antd/locale/zh_CN';
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
  type JSX,
  type ReactNode,
} from 'react';
import { remember, remembered } from '../kit/memory.ts';
import { styleNonce } from '../kit/place.ts';
import { useLanguage } from '../kit/texts.ts';
import { darkTheme, lightTheme } from './tokens.ts';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
}

const Context = createContext<ThemeState>({ choice: 'system', choose: () => undefined });

export function useThemeChoice(): ThemeState {
  return useContext(Context);
}

/** antd in the language and the colours chosen; its styles carry the nonce of the document. */
export function Theme({ children }: { readonly children: ReactNode }): JSX.Element {
  const kept = themeChoices.find((choice) => choice === remembered('theme')) ?? 'system';
  const [choice, setChoice] = useState<ThemeChoice>(kept);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const dark = choice === 'dark' || (choice === 'system' && systemDark);
  const language = useLanguage();
  useEffect(() => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  }, [dark]);
  const state = useMemo(
    () => ({
      choice,
      choose: (next: ThemeChoice) => {
        remember('theme', next);
        setChoice(next);
      },
    }),
    [choice],
  );
  const base = dark ? darkTheme : lightTheme;
  const still = useMedia('(prefers-reduced-motion: reduce)');
  const config = useMemo(
    () => (still ? { ...base, token: { ...base.token, motion: false } } : base),
    [base, still],
  );
  return (
    <Context value={state}>
      <ConfigProvider
        theme={config}
        locale={language === 'zh' ? zh : en}
        button={{ autoInsertSpace: false }}
        {...(styleNonce === undefined ? {} : { csp: { nonce: styleNonce } })}
      >
        <AntApp className="fs-app">{children}</AntApp>
      </ConfigProvider>
    </Context>
  );
}

/** Whether a media query holds, now and later. */
function useMedia(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const listener = (): void => setHolds(media.matches);
    media.addEventListener('change', listener);
    return () => media.removeEventListener('change', listener);
  }, [query]);
  return holds;
}
