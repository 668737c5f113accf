// SPDX-License-Identifier: Apache-2.0
import { useEffect, useEffectEvent, useState } from 'react';
import type { LiveRequest } from '../../kit/live-socket.ts';
import { useLive } from '../../kit/live.ts';
import { PacketBuffer, type PacketRow } from './packet-buffer.ts';

/** At most ten pictures a second, however fast packets come. */
const renderMs = 100;

export interface ShownPackets {
  readonly rows: readonly PacketRow[];
  /** Came since the list was cleared. */
  readonly taken: number;
  /** The server's rate left them out. */
  readonly dropped: number;
  /** Came and are not held any more. */
  readonly evicted: number;
}

interface Picture extends ShownPackets {
  readonly version: number;
  /** Of the rows, which stay while it is paused. */
  readonly rowsVersion: number;
}

const none: Picture = { rows: [], taken: 0, dropped: 0, evicted: 0, version: 0, rowsVersion: 0 };

/** The last packets that a request brought; while paused the rows stay and packets are still taken. */
export function usePackets(
  request: LiveRequest | undefined,
  paused: boolean,
): ShownPackets & { readonly clear: () => void } {
  const [buffer] = useState(() => new PacketBuffer());
  const [shown, setShown] = useState(none);
  useLive(request, (items, dropped) => buffer.take(items, dropped));
  const draw = useEffectEvent(() => {
    const { taken, dropped, evicted, version } = buffer;
    const { rows, rowsVersion } = paused ? shown : { rows: undefined, rowsVersion: version };
    if (shown.version === version && shown.rowsVersion === rowsVersion) return;
    setShown({ rows: rows ?? buffer.rows(), taken, dropped, evicted, version, rowsVersion });
  });
  useEffect(() => {
    const timer = setInterval(() => draw(), renderMs);
    return () => clearInterval(timer);
  }, []);
  const clear = (): void => {
    buffer.clear();
    const { version } = buffer;
    setShown({ ...none, version, rowsVersion: version });
  };
  return { ...shown, clear };
}
