/** The folder with the orders for this process; `stack/failpoint-orders.ts` writes them. */
export const folder = required('FAILPOINTS');
/** The service that this process is an instance of. */
export const service = required('OTEL_SERVICE_NAME');

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set: only a drill preloads this module.`);
  return value;
}
