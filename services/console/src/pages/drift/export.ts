import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { HttpProblem } from '@punctual/chassis';
import { PayoutStatus } from '@punctual/contracts';
import type { Response } from 'express';
import { z } from 'zod';
import { startOfDay } from '../../html/times.ts';
import type { Visit } from '../page.ts';

export const exportPath = '/exports/payouts.csv';

/**
 * Sends the payouts as the API exports them, piece by piece: they may be millions.
 * @throws HttpProblem `unavailable` when the API gives no export
 */
export async function sendPayouts(gateway: string, { query, person, times }: Visit, response: Response): Promise<void> {
  const url = new URL('/payouts', gateway);
  const status = PayoutStatus.safeParse(query.get('status')).data;
  if (status) url.searchParams.set('status', status);
  for (const name of ['from', 'to']) {
    const day = z.iso.date().safeParse(query.get(name)).data;
    if (day) url.searchParams.set(name, startOfDay(day, times.zone).toString());
  }
  const answer = await fetch(url, { headers: { accept: 'text/csv', authorization: `Bearer ${person.token}` } });
  if (!answer.ok || !answer.body)
    throw new HttpProblem('unavailable', 'The API gave no export. Try again in a moment.');
  response.type('csv').attachment('payouts.csv');
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}
