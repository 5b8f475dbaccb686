import type { z } from 'zod';
import { requestBody } from './request-body.ts';

/** A command that needs no words: no body at all, or an empty object. */
export const EmptyBody = requestBody({}).meta({
  id: 'EmptyBody',
  description: 'An empty object, or no body',
  examples: [{}],
});
export type EmptyBody = z.infer<typeof EmptyBody>;
