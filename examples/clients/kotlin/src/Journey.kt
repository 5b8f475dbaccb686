import java.time.OffsetDateTime
import java.time.temporal.ChronoUnit
import java.util.UUID
import punctual.infrastructure.ApiResponse
import punctual.infrastructure.ClientError
import punctual.infrastructure.Serializer
import punctual.infrastructure.Success
import punctual.models.Assignment
import punctual.models.AssignmentStatus
import punctual.models.CreateAssignmentBody
import punctual.models.CreateJobBody
import punctual.models.DisputeBody
import punctual.models.DisputeKind
import punctual.models.HoldKind
import punctual.models.Job
import punctual.models.Money
import punctual.models.Payout
import punctual.models.PayoutStatus
import punctual.models.Problem
import punctual.models.ProblemCode
import punctual.models.ScheduleBody

/** More than 32 bits can hold. */
const val AMOUNT_MINOR = 3_000_000_000

val json = Serializer.kotlinxSerializationJson

/** Plays one visit with the generated client. Throws at the first answer that is not the expected one. */
fun main() {
    val customer = Person("CUSTOMER_TOKEN")
    val provider = Person("PROVIDER_TOKEN")
    val tomorrow = OffsetDateTime.now().truncatedTo(ChronoUnit.HOURS).plusDays(1)
    val later = window(tomorrow.plusHours(4))

    val (job, assignment) = giveJob(customer)
    check(job.price.amountMinor == AMOUNT_MINOR) { job }
    println("job and assignment: ${assignment.status}")

    val proposed = customer.schedule.proposeForJob(job.id, window(tomorrow))
    println("proposal: version ${proposed.scheduleVersion}")

    // The provider has the version from before the proposal.
    val refused = provider.schedule.proposeForAssignmentWithHttpInfo(assignment.id, later, null, null, "\"0\"")
    val current = checkNotNull(problemOf(refused, 412).currentAssignment)
    check(current.scheduleVersion == 1L) { current }
    println("stale If-Match: 412, the current version is ${current.scheduleVersion}")

    val tag = "\"${current.scheduleVersion}\""
    val countered = provider.schedule.proposeForAssignment(assignment.id, later, ifMatch = tag)
    println("counter-proposal: by ${countered.scheduleProposedBy}")

    val key = UUID.randomUUID().toString()
    val seen = "\"${countered.scheduleVersion}\""
    val confirmed = customer.schedule.confirmScheduleWithHttpInfo(assignment.id, key, seen, null)
    val replayed = customer.schedule.confirmScheduleWithHttpInfo(assignment.id, key, seen, null)
    check(replayed.headers["idempotent-replayed"] == listOf("true")) { replayed.headers }
    check(bodyOf(replayed) == bodyOf(confirmed))
    println("confirmation and replay: ${bodyOf(replayed).status}")

    val (other, _) = giveJob(customer)
    val taken = problemOf(customer.schedule.proposeForJobWithHttpInfo(other.id, later, null, null, null), 409)
    check(taken.code == ProblemCode.windowMinusTaken) { taken }
    val free = checkNotNull(taken.freeWindows).first()
    customer.schedule.proposeForJob(other.id, window(free.start))
    println("taken window: 409, a free one starts at ${free.start}")

    val dispute = DisputeBody(DisputeKind.OTHER, "The wrong tap")
    checkNotNull(customer.assignments.disputeAssignment(assignment.id, dispute).disputedAt)
    val payout = blockedPayout(provider, assignment.id)
    check(payout.amount.amountMinor == AMOUNT_MINOR) { payout }
    check(payout.holds.single().kind == HoldKind.DISPUTE) { payout }
    println("dispute and payout: ${payout.status} ${payout.amount.amountMinor} ${payout.amount.currency}")

    // A later release may add a status.
    val text = json.encodeToString(Assignment.serializer(), countered)
    val laterRelease = json.decodeFromString<Assignment>(text.replace("\"PROPOSED\"", "\"ON_THE_WAY\""))
    check(laterRelease.status == AssignmentStatus.unknown_default_open_api) { laterRelease }
    println("a new status: read as ${laterRelease.status}")
}

fun giveJob(customer: Person): Pair<Job, Assignment> {
    val price = Money(AMOUNT_MINOR, "IDR")
    val job = customer.jobs.createJob(CreateJobBody("The kitchen tap drips", "Asia/Jakarta", price))
    val to = CreateAssignmentBody(UUID.fromString(System.getenv("PROVIDER_ID")))
    return job to customer.assignments.createAssignment(job.id, to)
}

/** Waits for the dispute to reach the payout, which takes moments. */
fun blockedPayout(provider: Person, assignmentId: UUID): Payout {
    repeat(100) {
        val payout = (provider.payouts.getAssignmentPayoutWithHttpInfo(assignmentId) as? Success)?.data
        if (payout?.status == PayoutStatus.BLOCKED) return payout
        Thread.sleep(100)
    }
    error("the payout was not blocked within 10 seconds")
}

fun <T : Any> bodyOf(answer: ApiResponse<T?>): T {
    check(answer is Success) { "unexpected ${answer.statusCode}" }
    return checkNotNull(answer.data)
}

fun problemOf(answer: ApiResponse<*>, status: Int): Problem {
    check(answer is ClientError && answer.statusCode == status) { "unexpected ${answer.statusCode}" }
    return json.decodeFromString(answer.body as String)
}

fun window(start: OffsetDateTime) = ScheduleBody("${start.toInstant()}", "${start.plusHours(1).toInstant()}")
