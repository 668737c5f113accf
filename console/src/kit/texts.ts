// SPDX-License-Identifier: Apache-2.0
import i18next, { type BackendModule, type i18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import kitEn from '../locales/en/kit.json';
import shellEn from '../locales/en/shell.json';
import kitZh from '../locales/zh/kit.json';
import shellZh from '../locales/zh/shell.json';
import { remember, remembered } from './memory.ts';

export type Language = 'zh' | 'en';

/** Texts of pages: `pages/<name>/locales/<language>.json`, fetched with the page. */
const ofPages = import.meta.glob<Record<string, unknown>>('../pages/*/locales/*.json', {
  import: 'default',
});

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  async read(language: string, namespace: string) {
    const load = ofPages[`../pages/${namespace}/locales/${language}.json`];
    if (load === undefined) throw new Error(`no texts ${namespace}/${language}`);
    return load();
  },
};

/** Everything the console says, in the language of the last visit, else of the browser. */
export async function createTexts(): Promise<i18n> {
  const texts = i18next.createInstance();
  await texts
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: remembered('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en'),
      supportedLngs: ['zh', 'en'],
      fallbackLng: false,
      ns: ['shell', 'kit'],
      defaultNS: 'shell',
      partialBundledLanguages: true,
      resources: { zh: { shell: shellZh, kit: kitZh }, en: { shell: shellEn, kit: kitEn } },
      interpolation: { escapeValue: false },
      // A text that is missing is seen, by people and by the tests.
      parseMissingKeyHandler: (key) => `⟦${key}⟧`,
      react: { useSuspense: true },
    });
  const show = (): void => {
    document.documentElement.lang = languageOf(texts) === 'zh' ? 'zh-CN' : 'en';
  };
  texts.on('languageChanged', show);
  show();
  return texts;
}

export function languageOf(texts: i18n): Language {
  return texts.language === 'en' ? 'en' : 'zh';
}

/** Changes the language here and remembers it in this browser. */
export async function chooseLanguage(texts: i18n, language: Language): Promise<void> {
  remember('language', language);
  await texts.changeLanguage(language);
}

/** The language shown now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return languageOf(i18n);
}
