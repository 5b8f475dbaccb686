"""Plays one visit with the client that openapi-python-client generates.

It ends with an AssertionError at the first answer that is not the expected one.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from generated.punctual import AuthenticatedClient
from generated.punctual.api.assignments import create_assignment, dispute_assignment
from generated.punctual.api.jobs import create_job
from generated.punctual.api.payouts import get_assignment_payout
from generated.punctual.api.schedule import confirm_schedule, propose_for_assignment, propose_for_job
from generated.punctual.models import (
    Assignment,
    AssignmentStatus,
    CreateAssignmentBody,
    CreateJobBody,
    DisputeBody,
    DisputeKind,
    HoldKind,
    Job,
    Money,
    Payout,
    PayoutStatus,
    ProblemCode,
    ScheduleBody,
)

# More than 32 bits can hold.
AMOUNT_MINOR = 3_000_000_000


def main() -> None:
    customer, provider = sign_in("CUSTOMER_TOKEN"), sign_in("PROVIDER_TOKEN")
    tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    later = window(tomorrow + timedelta(hours=4))

    job, assignment = give_job(customer)
    assert job.price.amount_minor == AMOUNT_MINOR, job.price
    print("job and assignment:", assignment.status)

    proposed = propose_for_job.sync_detailed(job.id, client=customer, body=window(tomorrow))
    assert proposed.status_code == 200, proposed
    print("proposal: version", proposed.parsed.schedule_version)

    # The provider has the version from before the proposal.
    refused = propose_for_assignment.sync_detailed(assignment.id, client=provider, body=later, if_match='"0"')
    assert refused.status_code == 412, refused
    current = refused.parsed.current_assignment
    assert current.schedule_version == 1, current
    print("stale If-Match: 412, the current version is", current.schedule_version)

    tag = f'"{current.schedule_version}"'
    countered = propose_for_assignment.sync_detailed(assignment.id, client=provider, body=later, if_match=tag)
    assert countered.status_code == 200, countered
    print("counter-proposal: by", countered.parsed.schedule_proposed_by)

    once = {"idempotency_key": str(uuid4()), "if_match": countered.headers["ETag"]}
    confirmed = confirm_schedule.sync_detailed(assignment.id, client=customer, **once)
    assert confirmed.status_code == 200, confirmed
    replayed = confirm_schedule.sync_detailed(assignment.id, client=customer, **once)
    assert replayed.headers["Idempotent-Replayed"] == "true", replayed
    assert replayed.content == confirmed.content, replayed
    print("confirmation and replay:", replayed.parsed.status)

    other, _ = give_job(customer)
    taken = propose_for_job.sync_detailed(other.id, client=customer, body=later)
    assert taken.status_code == 409 and taken.parsed.code == ProblemCode.WINDOW_TAKEN, taken
    free = taken.parsed.free_windows[0]
    moved = propose_for_job.sync_detailed(other.id, client=customer, body=window(free.start))
    assert moved.status_code == 200, moved
    print("taken window: 409, a free one starts at", free.start)

    dispute = DisputeBody(kind=DisputeKind.OTHER, reason="The wrong tap")
    disputed = dispute_assignment.sync_detailed(assignment.id, client=customer, body=dispute)
    assert disputed.status_code == 200 and disputed.parsed.disputed_at, disputed
    payout = blocked_payout(provider, assignment.id)
    assert payout.amount.amount_minor == AMOUNT_MINOR, payout
    assert payout.holds[0].kind == HoldKind.DISPUTE, payout
    print("dispute and payout:", payout.status, payout.amount.amount_minor, payout.amount.currency)

    # A later release may add a status.
    later_release = Assignment.from_dict({**confirmed.parsed.to_dict(), "status": "ON_THE_WAY"})
    assert later_release.status == AssignmentStatus.UNKNOWN, later_release
    print("a new status: read as", later_release.status)


def sign_in(variable: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["PUNCTUAL_URL"], token=os.environ[variable])


def give_job(customer: AuthenticatedClient) -> tuple[Job, Assignment]:
    price = Money(amount_minor=AMOUNT_MINOR, currency="IDR")
    body = CreateJobBody(title="The kitchen tap drips", timezone="Asia/Jakarta", price=price)
    job = create_job.sync_detailed(client=customer, body=body)
    assert job.status_code == 201, job
    to = CreateAssignmentBody(provider_id=UUID(os.environ["PROVIDER_ID"]))
    assignment = create_assignment.sync_detailed(job.parsed.id, client=customer, body=to)
    assert assignment.status_code == 201, assignment
    return job.parsed, assignment.parsed


def blocked_payout(provider: AuthenticatedClient, assignment_id: UUID) -> Payout:
    """Waits for the dispute to reach the payout, which takes moments."""
    for _ in range(100):
        read = get_assignment_payout.sync_detailed(assignment_id, client=provider)
        if read.status_code == 200 and read.parsed.status == PayoutStatus.BLOCKED:
            return read.parsed
        time.sleep(0.1)
    raise AssertionError("the payout was not blocked within 10 seconds")


def window(start: datetime) -> ScheduleBody:
    return ScheduleBody(start=start.isoformat(), end=(start + timedelta(hours=1)).isoformat())


main()
