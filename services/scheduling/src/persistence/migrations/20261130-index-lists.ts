import { BackgroundMigration } from '@punctual/chassis/postgres';

const indexes = {
  job_created_of_customer: 'job (customer_id, status, created_at, id)',
  job_updated_of_customer: 'job (customer_id, status, updated_at, id)',
  job_created_of_provider: 'job (current_provider_id, status, created_at, id)',
  job_updated_of_provider: 'job (current_provider_id, status, updated_at, id)',
  job_created_of_anybody: 'job (status, created_at, id)',
  job_updated_of_anybody: 'job (status, updated_at, id)',
  // For parts of texts.
  job_texts: 'job using gin (title gin_trgm_ops, reference gin_trgm_ops)',
  assignment_created_of_customer: 'assignment (customer_id, status, created_at, id)',
  assignment_updated_of_customer: 'assignment (customer_id, status, updated_at, id)',
  assignment_start_of_customer: 'assignment (customer_id, status, scheduled_start, scheduled_end, id)',
  assignment_created_of_provider: 'assignment (provider_id, status, created_at, id)',
  assignment_updated_of_provider: 'assignment (provider_id, status, updated_at, id)',
  assignment_start_of_provider: 'assignment (provider_id, status, scheduled_start, scheduled_end, id)',
  assignment_created_of_anybody: 'assignment (status, created_at, id)',
  assignment_updated_of_anybody: 'assignment (status, updated_at, id)',
  assignment_start_of_anybody: 'assignment (status, scheduled_start, scheduled_end, id)',
  assignment_pair: 'assignment (customer_id, provider_id)',
  assignment_length: 'assignment ((scheduled_end - scheduled_start))',
};

/**
 * An index for each order of each list (ADR 0020, ADR 0021). The previous release still needs
 * `assignment_customer`, `_provider`, `_status` and `_start`: the next release may drop them.
 */
export class IndexLists extends BackgroundMigration {
  override name = '20261130-index-lists';

  override up(): void {
    for (const [name, on] of Object.entries(indexes)) {
      this.addSql(`create index concurrently if not exists ${name} on ${on}`);
    }
  }
}
