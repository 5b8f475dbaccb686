import { type AttackName, attacks } from './attacks.ts';

// A process of its own, so that who attacks and who measures do not wait for each other's event loop.

export type Orders = { attack: AttackName; origin: string; authorization: string };

process.once('message', async ({ attack, ...target }: Orders) => {
  const counts = await attacks[attack](target);
  process.send?.('begun');
  process.once('message', () => process.send?.(counts));
});
process.on('disconnect', () => process.exit());
