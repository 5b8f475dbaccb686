import { Migration } from '@mikro-orm/migrations';

/**
 * Every reason that stops a payout becomes a row (ADR 0014). Instances of the previous release
 * write `status`, `blocked_because` and `dispute_settled` only: the triggers at the end make the
 * holds that these mean, and make them of what there is already.
 */
export class HoldPayouts extends Migration {
  override name = '20261129-hold-payouts';

  override up(): void {
    this.addSql(`
      create table payout_hold (
        payout_id uuid not null references payout,
        id uuid not null,
        kind text not null check (kind in ('DISPUTE', 'CANCELLED', 'DECLINED', 'MANUAL', 'PAYMENT', 'ACCOUNT')),
        reason text not null,
        by uuid,
        at timestamptz(3) not null,
        lifted_by uuid,
        lifted_at timestamptz(3),
        primary key (payout_id, id)
      )`);
    this.addSql(`
      create function guard_hold() returns trigger language plpgsql as $$
      begin
        if old.lifted_at is not null or new.lifted_at is null or old.kind in ('CANCELLED', 'DECLINED')
          or to_jsonb(new) - 'lifted_by' - 'lifted_at' <> to_jsonb(old) - 'lifted_by' - 'lifted_at' then
          raise exception 'hold % can only be lifted, and only once', old.id using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    this.addSql('create trigger guard before update on payout_hold for each row execute function guard_hold()');
    this.addSql(`
      create trigger append_only before delete or truncate on payout_hold
        for each statement execute function refuse_change()`);
    this.addSql("insert into payout_edge values ('APPROVED', 'AWAITING_APPROVAL')");
    this.addSql("alter table assignment_view add column holds jsonb not null default '[]'");
    this.keepHoldsOfViews();
    this.keepHoldsOfPayouts();
  }

  /** The same id wherever it is derived, so that a view and its payout mean the same hold. */
  private keepHoldsOfViews(): void {
    this.addSql(`
      create function hold_id(assignment_id uuid, reason text) returns uuid language sql immutable as $$
        select md5(assignment_id || ' ' || reason)::uuid $$`);
    this.addSql(`
      create function view_hold(assignment_id uuid, kind text, reason text) returns jsonb language sql as $$
        select jsonb_build_object('id', hold_id(assignment_id, reason), 'kind', kind, 'reason', reason, 'by', null,
          'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) $$`);
    this.addSql(`
      create function keep_view_holds() returns trigger language plpgsql as $$
      begin
        if new.ended_because is not null and not new.holds @? '$[*] ? (@.kind == "CANCELLED" || @.kind == "DECLINED")' then
          new.holds := new.holds || view_hold(new.assignment_id,
            case when new.ended_because like 'declined%' then 'DECLINED' else 'CANCELLED' end, new.ended_because);
        end if;
        if new.disputed_because is not null and not new.holds @? '$[*] ? (@.kind == "DISPUTE")' then
          new.holds := new.holds || view_hold(new.assignment_id, 'DISPUTE', new.disputed_because);
        end if;
        return new;
      end $$`);
    this.addSql(`
      create trigger keep_holds before insert or update on assignment_view for each row
        when (new.ended_because is not null or new.disputed_because is not null) execute function keep_view_holds()`);
    this.addSql(`
      update assignment_view set version = version where ended_because is not null or disputed_because is not null`);
  }

  private keepHoldsOfPayouts(): void {
    this.addSql(`
      create function hold_of_block(p payout) returns void language sql as $$
        insert into payout_hold (payout_id, id, kind, reason, by, at)
          select p.id,
            case when exists (select from payout_hold h
                where h.payout_id = p.id and h.id = hold_id(p.assignment_id, p.blocked_because))
              then gen_random_uuid() else hold_id(p.assignment_id, p.blocked_because) end,
            case
              when v.ended_because = p.blocked_because and p.blocked_because like 'declined%' then 'DECLINED'
              when v.ended_because = p.blocked_because then 'CANCELLED'
              when v.disputed_because = p.blocked_because then 'DISPUTE'
              when p.blocked_because like 'payment refused: %' then 'PAYMENT'
              when p.blocked_because like 'unknown payment result: %' then 'PAYMENT'
              when p.blocked_because = 'The provider has no payout account.' then 'ACCOUNT'
              else 'MANUAL'
            end,
            p.blocked_because,
            (select (actor ->> 'id')::uuid from payout_timeline t where t.payout_id = p.id and t.version = p.version),
            p.updated_at
          from assignment_view v where v.assignment_id = p.assignment_id $$`);
    this.addSql(`
      create function keep_payout_holds() returns trigger language plpgsql as $$
      declare p payout;
      begin
        select * into p from payout where id = new.id;
        if p.status <> 'BLOCKED' then
          update payout_hold set lifted_at = p.updated_at where payout_id = p.id and lifted_at is null;
        elsif not exists (select from payout_hold h
            where h.payout_id = p.id and h.lifted_at is null and h.reason = p.blocked_because) then
          perform hold_of_block(p);
        end if;
        return null;
      end $$`);
    // At the end of the transaction, when an instance of this release has written the holds itself.
    this.addSql(`
      create constraint trigger keep_holds after insert on payout deferrable initially deferred
        for each row when (new.status = 'BLOCKED') execute function keep_payout_holds()`);
    this.addSql(`
      create constraint trigger keep_holds_of_change after update on payout deferrable initially deferred
        for each row when (new.status = 'BLOCKED' or old.status = 'BLOCKED') execute function keep_payout_holds()`);
    this.addSql("select hold_of_block(p) from payout p where p.status = 'BLOCKED'");
    // Settled disputes stay known, so that they stop nothing again.
    this.addSql(`
      insert into payout_hold (payout_id, id, kind, reason, at, lifted_at)
        select p.id, hold_id(p.assignment_id, v.disputed_because), 'DISPUTE', v.disputed_because, p.updated_at, p.updated_at
          from payout p join assignment_view v using (assignment_id)
          where p.dispute_settled and v.disputed_because is not null
        on conflict do nothing`);
  }
}
