import type { AssignmentStatus } from '@punctual/client';
import { AssignmentStatus as Status, Uuid } from '@punctual/contracts';
import { z } from 'zod';

const Day = z.iso.date();
const Sort = z.enum(['-createdAt', 'createdAt', 'start', '-start', '-updatedAt']);

/** What the URL asks for. Fields that it does not understand are left out. */
export type AssignmentsQuery = {
  /** An id of anything, or a part of a job's title or reference. */
  search: string | undefined;
  status: AssignmentStatus | undefined;
  /** Days, in the zone of the person: windows from the first until the last. */
  from: string | undefined;
  to: string | undefined;
  sort: z.infer<typeof Sort>;
  cursor: string | undefined;
  /** One person or job, as links from other pages name it. */
  jobId: string | undefined;
  customerId: string | undefined;
  providerId: string | undefined;
};

export function readQuery(query: URLSearchParams): AssignmentsQuery {
  const read = <T>(name: string, schema: z.ZodType<T>) => schema.safeParse(query.get(name)).data;
  return {
    search: query.get('search')?.trim() || undefined,
    status: read('status', Status),
    from: read('from', Day),
    to: read('to', Day),
    sort: read('sort', Sort) ?? '-createdAt',
    cursor: query.get('cursor') ?? undefined,
    jobId: read('jobId', Uuid),
    customerId: read('customerId', Uuid),
    providerId: read('providerId', Uuid),
  };
}
