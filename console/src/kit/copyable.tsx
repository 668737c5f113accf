// SPDX-License-Identifier: Apache-2.0
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Button, Dropdown, Tabs } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Method } from './api.ts';
import { absoluteAddressOf } from './place.ts';

const shownMs = 1_500;

/** Copies a text; where the browser refuses (plain HTTP) the old command is used. */
async function copy(text: string): Promise<void> {
  if (isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** For a button of one's own: copies, and is true for a moment afterwards. */
export function useCopy(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  const act = (text: string): void => {
    void copy(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), shownMs);
    });
  };
  return [copied, act];
}

/** A command or a secret in a box with a button that copies it. */
export function Copyable({ text, label }: { text: string; label?: string }): JSX.Element {
  const { t } = useTranslation('kit');
  const [copied, act] = useCopy();
  return (
    <div className="fs-code">
      <pre tabIndex={0} aria-label={label ?? t('copy.text')}>
        {text}
      </pre>
      <Button
        size="small"
        aria-label={t('copy.copy')}
        icon={copied ? <CheckOutlined /> : <CopyOutlined />}
        onClick={() => act(text)}
      />
    </div>
  );
}

export interface Snippet {
  readonly key: string;
  readonly title: string;
  readonly text: string;
}

/** The same thing in several languages. */
export function Snippets({ snippets }: { readonly snippets: readonly Snippet[] }): JSX.Element {
  return (
    <Tabs
      size="small"
      items={snippets.map(({ key, title, text }) => ({
        key,
        label: title,
        children: <Copyable text={text} label={title} />,
      }))}
    />
  );
}

export interface CommandProps {
  readonly method: Method;
  /** Below `api/v1/`, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** The same on the command line, where there is such a command. */
  readonly cli?: string;
}

/** The request as a curl command with the real address; the token comes from the environment. */
export function curlOf({ method, path, body }: Omit<CommandProps, 'cli'>): string {
  const lines = [
    `curl -X ${method} ${quoted(absoluteAddressOf(`api/v1/${path}`))}`,
    '-H "Authorization: Bearer $FENGSUI_TOKEN"',
  ];
  if (body !== undefined) {
    lines.push("-H 'Content-Type: application/json'", `--data ${quoted(JSON.stringify(body))}`);
  }
  return lines.join(' \\\n  ');
}

/** A word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Copies what this view does as a command: every object page has it. */
export function CopyAsCommand({ cli, ...request }: CommandProps): JSX.Element {
  const { t } = useTranslation('kit');
  const [copied, act] = useCopy();
  const curl = { key: 'curl', label: t('copy.curl'), onClick: () => act(curlOf(request)) };
  const line = { key: 'cli', label: t('copy.cli'), onClick: () => act(cli ?? '') };
  return (
    <Dropdown menu={{ items: cli === undefined ? [curl] : [curl, line] }} trigger={['click']}>
      <Button size="small" icon={copied ? <CheckOutlined /> : <CopyOutlined />}>
        {t('copy.as')}
      </Button>
    </Dropdown>
  );
}
