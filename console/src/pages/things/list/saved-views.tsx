// SPDX-License-Identifier: Apache-2.0
import { DeleteOutlined, StarOutlined } from '@ant-design/icons';
import { Button, Input, Popover } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { remember, remembered } from '../../../kit/memory.ts';
import { useSession } from '../../../kit/session.tsx';

export interface ListView {
  readonly filter: string;
  readonly sort: string;
  readonly below: boolean;
}

interface SavedView extends ListView {
  readonly name: string;
}

const viewsMax = 50;

/** Filters under names of one's own, kept in this browser for this account. */
export function SavedViews(props: {
  readonly current: ListView;
  readonly onOpen: (view: ListView) => void;
}): JSX.Element {
  const { t } = useTranslation('things');
  const { user } = useSession();
  const key = `things-views-${user.kind}-${user.id}`;
  const [views, setViews] = useState(() => viewsIn(remembered(key)));
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const keep = (next: readonly SavedView[]): void => {
    setViews(next);
    remember(key, next.length === 0 ? undefined : JSON.stringify(next));
  };
  const save = (): void => {
    const others = views.filter((view) => view.name !== name.trim());
    keep([...others, { ...props.current, name: name.trim() }].slice(-viewsMax));
    setName('');
  };
  const content = (
    <div className="th-form">
      {views.length === 0 && <span className="fs-muted">{t('views.none')}</span>}
      <ul className="fs-plain">
        {views.map(({ name: title, ...view }) => (
          <li key={title}>
            <Button
              type="link"
              size="small"
              onClick={() => {
                props.onOpen(view);
                setOpen(false);
              }}
            >
              {title}
            </Button>
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('views.remove', { name: title })}
              onClick={() => keep(views.filter((each) => each.name !== title))}
            />
          </li>
        ))}
      </ul>
      <form
        className="th-add-label"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') save();
        }}
      >
        <Input
          aria-label={t('views.name')}
          placeholder={t('views.name')}
          value={name}
          maxLength={60}
          onChange={({ target }) => setName(target.value)}
        />
        <Button htmlType="submit" disabled={name.trim() === ''}>
          {t('views.save')}
        </Button>
      </form>
    </div>
  );
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      {...{ content }}
      open={isOpen}
      onOpenChange={setOpen}
    >
      <Button icon={<StarOutlined />}>{t('views.title')}</Button>
    </Popover>
  );
}

function viewsIn(text: string | undefined): readonly SavedView[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  if (typeof value !== 'object' || value === null) return false;
  const known = new Map<string, unknown>(Object.entries(value));
  const texts = ['name', 'filter', 'sort'].every((each) => typeof known.get(each) === 'string');
  return texts && typeof known.get('below') === 'boolean';
}
