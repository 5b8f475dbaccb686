import { Migration } from '@mikro-orm/migrations';
import { idempotencyTable, inboxTable, outboxTable } from '@punctual/chassis/postgres';

export class CreateScheduling extends Migration {
  override name = '20261122-create-scheduling';

  override up(): void {
    this.addSql('create extension if not exists btree_gist');
    this.addSql(`
      create table job (
        id uuid primary key,
        customer_id uuid not null,
        title text not null,
        timezone text not null,
        price_amount_minor bigint not null check (price_amount_minor > 0),
        price_currency text not null check (price_currency ~ '^[A-Z]{3}$'),
        status text not null check (status in ('OPEN', 'ASSIGNED', 'DONE', 'CANCELLED')),
        rejection_policy text not null check (rejection_policy in ('REOPEN_QUOTES', 'INVITE_NEXT')),
        provider_queue uuid[] not null check (not customer_id = any (provider_queue)),
        current_assignment_id uuid,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        check (status <> 'OPEN' or current_assignment_id is null)
      )`);
    this.addSql(`
      create table assignment (
        id uuid primary key,
        job_id uuid not null references job,
        customer_id uuid not null,
        provider_id uuid not null check (provider_id <> customer_id),
        status text not null
          check (status in ('UNSCHEDULED', 'PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED')),
        scheduled_start timestamptz(3),
        scheduled_end timestamptz(3),
        timezone text not null,
        schedule_proposed_by text check (schedule_proposed_by in ('CUSTOMER', 'PROVIDER', 'SYSTEM')),
        schedule_version int not null check (schedule_version >= 0),
        schedule_notes text,
        proposal_expires_at timestamptz(3),
        confirmed_at timestamptz(3),
        rejected_at timestamptz(3),
        reject_reason text,
        disputed_at timestamptz(3),
        reminder_status text not null check (reminder_status in ('NONE', 'QUEUED', 'SENT', 'OVERDUE')),
        reminder_last_sent_at timestamptz(3),
        reminders jsonb not null default '{}',
        payout_status text
          check (payout_status in ('PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED')),
        payout_approved_by uuid,
        payout_approved_at timestamptz(3),
        payout_version int not null default 0,
        price_amount_minor bigint not null,
        price_currency text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        check ((scheduled_start is null) = (scheduled_end is null)),
        check (scheduled_start < scheduled_end),
        check (status not in ('PROPOSED', 'CONFIRMED', 'COMPLETED') or scheduled_start is not null),
        check (status <> 'CONFIRMED' or confirmed_at is not null),
        check ((status = 'PROPOSED') = (proposal_expires_at is not null)),
        constraint assignment_no_double_booking exclude using gist
          (provider_id with =, tstzrange(scheduled_start, scheduled_end, '[)') with &&)
          where (status = 'CONFIRMED')
      ) with (fillfactor = 80)`);
    this.addSql(`
      create unique index assignment_one_open_for_a_job on assignment (job_id)
        where status in ('UNSCHEDULED', 'PROPOSED', 'CONFIRMED')`);
    this.addSql('create index assignment_job on assignment (job_id)');
    this.addSql('create index assignment_customer on assignment (customer_id, id desc)');
    this.addSql('create index assignment_provider on assignment (provider_id, id desc)');
    // For ops lists, which span all customers.
    this.addSql('create index assignment_status on assignment (status, id desc)');
    this.addSql('create index assignment_start on assignment (scheduled_start) where scheduled_start is not null');
    this.addSql(`create index assignment_expiry on assignment (proposal_expires_at) where status = 'PROPOSED'`);
    this.addSql(`
      create table assignment_timeline (
        assignment_id uuid not null references assignment,
        version int not null check (version > 0),
        type text not null,
        actor jsonb not null,
        source text not null check (source in ('API', 'SYSTEM', 'EVENT')),
        reason text,
        before jsonb not null,
        after jsonb not null,
        trace_id text,
        at timestamptz(3) not null,
        primary key (assignment_id, version)
      )`);
    for (const statement of [...idempotencyTable, ...outboxTable, ...inboxTable]) this.addSql(statement);
  }
}
