// SPDX-License-Identifier: Apache-2.0
import { SearchOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Input, Modal } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from '../kit/keys.ts';
import { ProblemAlert } from '../kit/problem.tsx';
import { useGet } from '../kit/queries.ts';
import { useSettled } from '../kit/search-select.tsx';
import { useSession } from '../kit/session.tsx';
import { useLanguage } from '../kit/texts.ts';
import { menuOf } from './pages.ts';

interface Hit {
  readonly kind: string;
  readonly id: string | number;
  readonly title: string;
  readonly detail?: string;
  readonly path: string;
}

/** Search over everything: Ctrl-K or `/`. */
export function Search(): JSX.Element {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  useKeys({ 'mod+k': () => setOpen(true), '/': () => setOpen(true) });
  return (
    <>
      <Button
        className="fs-search"
        icon={<SearchOutlined />}
        onClick={() => setOpen(true)}
        aria-label={t('search.label')}
      >
        <span className="fs-wide">{t('search.label')}</span>
        <kbd className="fs-wide">Ctrl K</kbd>
      </Button>
      <Modal
        open={isOpen}
        onCancel={() => setOpen(false)}
        footer={null}
        title={t('search.label')}
        destroyOnHidden
      >
        <Finder onGone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Finder({ onGone }: { readonly onGone: () => void }): JSX.Element {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const settled = useSettled(text).trim();
  const found = useGet<{ items: readonly Hit[] }>('search', {
    query: { q: settled },
    enabled: settled !== '',
  });
  const hits = [...usePageHits(text), ...(settled === '' ? [] : (found.data?.items ?? []))];
  const go = ({ path }: Hit): void => {
    const [to = '/', search = ''] = path.split('?', 2);
    void navigate({ to, search: Object.fromEntries(new URLSearchParams(search)) });
    onGone();
  };
  const current = hits[Math.min(at, hits.length - 1)];
  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt(Math.min(at + 1, hits.length - 1)),
    ArrowUp: () => setAt(Math.max(at - 1, 0)),
    Enter: () => current !== undefined && go(current),
  };
  return (
    <>
      <Input
        autoFocus
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="fs-hits"
        {...(current === undefined ? {} : { 'aria-activedescendant': hitId(current) })}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (act === undefined || event.nativeEvent.isComposing) return;
          event.preventDefault();
          act();
        }}
      />
      <ProblemAlert error={found.error} />
      <ul id="fs-hits" role="listbox" aria-label={t('search.hits')} className="fs-hits">
        {hits.map((hit) => (
          <li
            key={hitId(hit)}
            id={hitId(hit)}
            role="option"
            aria-selected={hit === current}
            onClick={() => go(hit)}
          >
            <span className="fs-kind">
              {t(`search.kind.${hit.kind}`, { defaultValue: hit.kind })}
            </span>
            <span>{hit.title}</span>
            <span className="fs-muted">{hit.detail}</span>
          </li>
        ))}
      </ul>
      {settled !== '' && found.data !== undefined && hits.length === 0 && <p>{t('search.none')}</p>}
    </>
  );
}

const hitId = ({ kind, id }: Hit): string => `fs-hit-${kind}-${id}`;

/** Pages of the menu by their names in both languages. */
function usePageHits(text: string): readonly Hit[] {
  const session = useSession();
  const language = useLanguage();
  const wanted = text.trim().toLowerCase();
  const all = menuOf(session).flatMap(({ pages }) => pages);
  return all
    .filter(({ title }) => `${title.zh} ${title.en}`.toLowerCase().includes(wanted))
    .map(({ title, routes: [{ path }] }) => ({
      ...{ kind: 'page', id: path.replaceAll('/', '-'), title: title[language], path },
    }));
}
