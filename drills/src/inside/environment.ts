/** The folder in which the drill leaves its orders for this process; `src/orders.ts` writes them. */
export const folder = required('FAILPOINTS');
/** The service that this process is an instance of. */
export const service = required('OTEL_SERVICE_NAME');

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`A drill preloads this with ${name} set.`);
  return value;
}
