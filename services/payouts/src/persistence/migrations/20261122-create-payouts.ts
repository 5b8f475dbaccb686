import { Migration } from '@mikro-orm/migrations';
import { idempotencyTable, inboxTable, outboxTable } from '@punctual/chassis/postgres';

export class CreatePayouts extends Migration {
  override name = '20261122-create-payouts';

  override up(): void {
    this.addSql(`
      create table assignment_view (
        assignment_id uuid primary key,
        version int not null,
        status text not null,
        ended_because text,
        disputed_because text
      )`);
    this.addSql(`
      create table payout (
        id uuid primary key,
        assignment_id uuid not null unique references assignment_view,
        job_id uuid not null,
        provider_id uuid not null,
        customer_id uuid not null,
        amount_minor bigint not null check (amount_minor > 0),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        status text not null check (status in ('PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED')),
        on_hold boolean not null check (not on_hold or status = 'PENDING'),
        version int not null check (version > 0),
        approvals jsonb not null,
        approvals_needed smallint not null check (approvals_needed in (1, 2)),
        blocked_because text,
        dispute_settled boolean not null,
        paid_at timestamptz(3),
        payment_reference text,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        check ((status = 'BLOCKED') = (blocked_because is not null)),
        check ((status = 'PAID') = (paid_at is not null)),
        check (status not in ('APPROVED', 'PAID') or jsonb_array_length(approvals) >= approvals_needed)
      )`);
    this.addSql('create index payout_newest on payout (created_at desc, id desc)');
    this.addSql('create index payout_newest_by_status on payout (status, created_at desc, id desc)');
    this.addSql(`
      create table payout_timeline (
        payout_id uuid not null references payout,
        version int not null,
        type text not null,
        actor jsonb not null,
        source text not null,
        reason text,
        before jsonb not null,
        after jsonb not null,
        trace_id text,
        at timestamptz(3) not null,
        primary key (payout_id, version)
      )`);
    for (const statement of [...idempotencyTable, ...outboxTable, ...inboxTable]) this.addSql(statement);
  }
}
