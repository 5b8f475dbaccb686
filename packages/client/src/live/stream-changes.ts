import type { Change } from '../api.ts';
import { errorOf } from '../call.ts';
import { pathOf } from '../http/path.ts';
import type { ConnectionOptions } from '../http/send.ts';
import { follow } from './follow.ts';
import { openPlace } from './place.ts';
import { openStream } from './stream.ts';

export type ChangesInput = {
  params: { id: string };
  signal?: AbortSignal | undefined;
  /**
   * Called when the stream could not resume (410 `cursor-expired`: the app was offline for too
   * long) and started from now. Read the assignment again here. Changes wait for it, and its errors
   * end the loop.
   */
  onRestart?: () => void | Promise<void>;
  headers?: Readonly<Record<string, string>>;
};

/** Opens the stream of one assignment's changes; resolves when it is open. */
export async function streamChanges(
  options: ConnectionOptions & { retries: number },
  { params, signal, onRestart, headers }: ChangesInput,
): Promise<AsyncIterable<Change>> {
  const path = pathOf('/assignments/{id}/changes', params);
  return follow({
    source: { options, path, headers, signal },
    connect: openStream,
    place: await openPlace(),
    retries: options.retries,
    onStart: async ({ isGap }) => {
      if (isGap) await onRestart?.();
    },
    errorOf: (received) => errorOf(`GET ${path}`, received),
  });
}
