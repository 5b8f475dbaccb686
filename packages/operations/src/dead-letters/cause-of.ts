/** A reason without what differs from event to event: `…` in place of ids and numbers. */
export function causeOf(reason: string): string {
  return reason.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '…').replace(/\d+/g, '…');
}
