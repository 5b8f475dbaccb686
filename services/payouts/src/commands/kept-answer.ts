import { z } from 'zod';

const Versioned = z.looseObject({ version: z.int() });

/** An answer that was kept goes out as it was, whatever fields its release had, in the order that they had. */
export const KeptAnswer = z.custom<z.infer<typeof Versioned>>((kept) => Versioned.safeParse(kept).success);
export type KeptAnswer = z.infer<typeof KeptAnswer>;
