import { z } from 'zod';

/** A command that needs no words: no body at all, or an empty object. */
export const EmptyBody = z.strictObject({}).meta({ id: 'EmptyBody', examples: [{}] });
export type EmptyBody = z.infer<typeof EmptyBody>;
