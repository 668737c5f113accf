// SPDX-License-Identifier: Apache-2.0
import { Button, Descriptions, Flex, Form, Input, Select } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useApi } from '../../kit/services.tsx';
import { useSession } from '../../kit/session.tsx';
import { chooseLanguage, useLanguage } from '../../kit/texts.ts';
import { Time } from '../../kit/time.tsx';
import type { Me } from './me.ts';
import { useAct } from './use-act.ts';

/** Name, language, and what the platform knows of the account. */
export function AboutMe({ me }: { readonly me: Me }): JSX.Element {
  const { t, i18n } = useTranslation('profile');
  const api = useApi();
  const { home } = useSession();
  const shown = useLanguage();
  const { run, error, isBusy } = useAct();
  const save = (change: { title: string; language: 'zh' | 'en' }): void =>
    run(async () => {
      await api.patch('me', change);
      await chooseLanguage(i18n, change.language);
    });
  return (
    <Flex vertical gap="middle">
      <Descriptions
        column={1}
        size="small"
        items={[
          { key: 'name', label: t('about.name'), children: me.name },
          { key: 'tenant', label: t('about.tenant'), children: home.name },
          { key: 'created', label: t('about.created'), children: <Time value={me.created} /> },
          { key: 'last', label: t('about.lastLogin'), children: <Time value={me.lastLogin} /> },
        ]}
      />
      <Form
        layout="vertical"
        initialValues={{ title: me.title, language: me.language ?? shown }}
        onFinish={save}
      >
        <Form.Item name="title" label={t('about.displayed')}>
          <Input maxLength={128} autoComplete="name" />
        </Form.Item>
        <Form.Item name="language" label={t('about.language')}>
          <Select
            aria-label={t('about.language')}
            options={[
              { value: 'zh', label: t('about.zh') },
              { value: 'en', label: t('about.en') },
            ]}
          />
        </Form.Item>
        <Button htmlType="submit" loading={isBusy}>
          {t('save')}
        </Button>
      </Form>
      <ProblemAlert error={error} />
    </Flex>
  );
}
