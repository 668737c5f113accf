// SPDX-License-Identifier: Apache-2.0
import { Alert } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { basePath } from '../../kit/place.ts';
import { placeOf, type Listener, type Place, type Way } from './place.ts';

/** Says what keeps a device elsewhere from the address that the snippets have. */
export function Warning(props: {
  readonly place: Place;
  readonly listeners: readonly Listener[];
}): JSX.Element | null {
  const { t } = useTranslation('access');
  const { place, listeners } = props;
  if (place.warning === undefined) return null;
  const listener = listeners.find(({ name }) => name === place.way);
  const names = listener?.names?.join(', ') ?? '';
  const setting = listener?.setting ?? '';
  const { host } = place;
  return (
    <Alert
      type="warning"
      showIcon
      title={t(`warnings.${place.warning}`, { host, names })}
      description={t(`warnings.${place.warning}Fix`, { setting })}
    />
  );
}

/** The place of a way as the browser reaches it. */
export function herePlace(way: Way, listeners: readonly Listener[]): Place | undefined {
  const { hostname, port, protocol } = location;
  return placeOf(way, listeners, { hostname, port, protocol, basePath });
}
