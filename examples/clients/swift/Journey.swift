import Foundation

/// More than 32 bits can hold.
let price = Money(amountMinor: 3_000_000_000, currency: "IDR")

/// Plays one visit with the generated client. Ends with a failure at the first answer that is not
/// the expected one.
@main
struct Journey {
  static func main() async throws {
    let customer = signIn("CUSTOMER_TOKEN")
    let provider = signIn("PROVIDER_TOKEN")
    let tomorrow = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 / 3600).rounded() * 3600 + 86_400)
    let later = window(tomorrow + 4 * 3600)

    let (job, assignment) = try await giveJob(customer)
    try expect(job.price.amountMinor == price.amountMinor, "price", job.price)
    print("job and assignment:", assignment.status.rawValue)

    let proposed = try await ScheduleAPI.proposeForJob(
      id: job.id, scheduleBody: window(tomorrow), apiConfiguration: customer)
    print("proposal: version", proposed.scheduleVersion)

    // The provider has the version from before the proposal.
    let refused = try await problem(412) {
      _ = try await ScheduleAPI.proposeForAssignment(
        id: assignment.id, scheduleBody: later, ifMatch: "\"0\"", apiConfiguration: provider)
    }
    guard let current = refused.currentAssignment, current.scheduleVersion == 1 else {
      throw Unexpected(step: "current", found: refused)
    }
    print("stale If-Match: 412, the current version is", current.scheduleVersion)

    let countered = try await ScheduleAPI.proposeForAssignment(
      id: assignment.id, scheduleBody: later, ifMatch: "\"\(current.scheduleVersion)\"", apiConfiguration: provider)
    print("counter-proposal: by", countered.scheduleProposedBy?.rawValue ?? "nobody")

    let confirm = ScheduleAPI.confirmScheduleWithRequestBuilder(
      id: assignment.id, idempotencyKey: UUID().uuidString, ifMatch: "\"\(countered.scheduleVersion)\"",
      apiConfiguration: customer)
    let confirmed = try await confirm.execute()
    let replayed = try await confirm.execute()
    try expect(replayed.header["Idempotent-Replayed"] == "true", "replay", replayed.header)
    try expect(replayed.bodyData == confirmed.bodyData, "replayed body", replayed.body)
    print("confirmation and replay:", replayed.body.status.rawValue)

    let (other, _) = try await giveJob(customer)
    let taken = try await problem(409) {
      _ = try await ScheduleAPI.proposeForJob(id: other.id, scheduleBody: later, apiConfiguration: customer)
    }
    guard taken.code == .windowTaken, let free = taken.freeWindows?.first else {
      throw Unexpected(step: "taken window", found: taken)
    }
    _ = try await ScheduleAPI.proposeForJob(id: other.id, scheduleBody: window(free.start), apiConfiguration: customer)
    print("taken window: 409, a free one starts at", free.start)

    let dispute = DisputeBody(kind: .other, reason: "The wrong tap")
    let disputed = try await AssignmentsAPI.disputeAssignment(
      id: assignment.id, disputeBody: dispute, apiConfiguration: customer)
    try expect(disputed.disputedAt != nil, "dispute", disputed)
    let payout = try await blockedPayout(provider, assignment.id)
    try expect(payout.amount.amountMinor == price.amountMinor, "amount", payout)
    try expect(payout.holds.first?.kind == .dispute, "hold", payout)
    print("dispute and payout:", payout.status.rawValue, payout.amount.amountMinor, payout.amount.currency)

    // A later release may add a status.
    let laterStatus = try JSONDecoder().decode([AssignmentStatus].self, from: Data("[\"ON_THE_WAY\"]".utf8))
    try expect(laterStatus == [.unknownDefaultOpenApi], "a new status", laterStatus)
    print("a new status: read as", laterStatus[0])
  }
}

func signIn(_ variable: String) -> PunctualAPIConfiguration {
  let environment = ProcessInfo.processInfo.environment
  return PunctualAPIConfiguration(
    basePath: environment["PUNCTUAL_URL"] ?? "",
    customHeaders: ["Authorization": "Bearer \(environment[variable] ?? "")"])
}

func giveJob(_ customer: PunctualAPIConfiguration) async throws -> (Job, Assignment) {
  let body = CreateJobBody(title: "The kitchen tap drips", timezone: "Asia/Jakarta", price: price)
  let job = try await JobsAPI.createJob(createJobBody: body, apiConfiguration: customer)
  let provider = UUID(uuidString: ProcessInfo.processInfo.environment["PROVIDER_ID"] ?? "") ?? UUID()
  let to = CreateAssignmentBody(providerId: provider)
  let assignment = try await AssignmentsAPI.createAssignment(
    id: job.id, createAssignmentBody: to, apiConfiguration: customer)
  return (job, assignment)
}

/// Waits for the dispute to reach the payout, which takes moments.
func blockedPayout(_ provider: PunctualAPIConfiguration, _ assignment: UUID) async throws -> Payout {
  for _ in 0..<100 {
    let payout = try? await PayoutsAPI.getAssignmentPayout(id: assignment, apiConfiguration: provider)
    if let payout, payout.status == .blocked { return payout }
    try await Task.sleep(nanoseconds: 100_000_000)
  }
  throw Unexpected(step: "payout", found: "not blocked within 10 seconds")
}

/// The problem with which a request is refused.
func problem(_ status: Int, of request: @Sendable () async throws -> Void) async throws -> Problem {
  do {
    try await request()
  } catch let ErrorResponse.error(found, data, _, _) where found == status {
    return try CodableHelper().jsonDecoder.decode(Problem.self, from: data ?? Data())
  }
  throw Unexpected(step: "refusal", found: "no \(status)")
}

func window(_ start: Date) -> ScheduleBody {
  let format = ISO8601DateFormatter()
  return ScheduleBody(start: format.string(from: start), end: format.string(from: start + 3600))
}

struct Unexpected: Error {
  let step: String
  let found: any Sendable
}

func expect(_ isTrue: Bool, _ step: String, _ found: any Sendable) throws {
  if !isTrue { throw Unexpected(step: step, found: found) }
}
