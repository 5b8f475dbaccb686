// Command journey plays one visit with the client that oapi-codegen generates. It ends with exit
// code 1 at the first answer that is not the expected one.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	punctual "punctual.example/journey/generated"
)

var ctx = context.Background()

func main() {
	log.SetFlags(0)
	customer, provider := signIn("CUSTOMER_TOKEN"), signIn("PROVIDER_TOKEN")
	providerID := try(uuid.Parse(os.Getenv("PROVIDER_ID")))
	tomorrow := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
	later := window(tomorrow.Add(4 * time.Hour))

	// More than 32 bits can hold.
	price := punctual.Money{AmountMinor: 3_000_000_000, Currency: "IDR"}
	job, assignment := giveJob(customer, providerID, price)
	expect(job.Price == price, "price", job.Price)
	fmt.Println("job and assignment:", assignment.Status)

	proposed := try(customer.ProposeForJobWithResponse(ctx, job.Id, nil, window(tomorrow)))
	expect(proposed.JSON200 != nil, "proposal", proposed)
	fmt.Println("proposal: version", proposed.JSON200.ScheduleVersion)

	// The provider has the version from before the proposal.
	stale := punctual.ProposeForAssignmentParams{IfMatch: ptr(`"0"`)}
	refused := try(provider.ProposeForAssignmentWithResponse(ctx, assignment.Id, &stale, later))
	expect(refused.ApplicationproblemJSON412 != nil, "stale If-Match", refused)
	current := refused.ApplicationproblemJSON412.CurrentAssignment
	expect(current != nil && current.ScheduleVersion == 1, "current", current)
	fmt.Println("stale If-Match: 412, the current version is", current.ScheduleVersion)

	fresh := punctual.ProposeForAssignmentParams{IfMatch: ptr(fmt.Sprintf(`"%d"`, current.ScheduleVersion))}
	countered := try(provider.ProposeForAssignmentWithResponse(ctx, assignment.Id, &fresh, later))
	expect(countered.JSON200 != nil, "counter-proposal", countered)
	fmt.Println("counter-proposal: by", *countered.JSON200.ScheduleProposedBy)

	once := punctual.ConfirmScheduleParams{
		IdempotencyKey: ptr(uuid.NewString()),
		IfMatch:        ptr(countered.HTTPResponse.Header.Get("ETag")),
	}
	confirmed := try(customer.ConfirmScheduleWithResponse(ctx, assignment.Id, &once, punctual.ConfirmBody{}))
	expect(confirmed.JSON200 != nil, "confirmation", confirmed)
	replayed := try(customer.ConfirmScheduleWithResponse(ctx, assignment.Id, &once, punctual.ConfirmBody{}))
	expect(replayed.HTTPResponse.Header.Get("Idempotent-Replayed") == "true", "replay", replayed)
	expect(string(replayed.Body) == string(confirmed.Body), "replayed body", replayed)
	fmt.Println("confirmation and replay:", replayed.JSON200.Status)

	other, _ := giveJob(customer, providerID, price)
	taken := try(customer.ProposeForJobWithResponse(ctx, other.Id, nil, later))
	expect(taken.ApplicationproblemJSON409 != nil, "taken window", taken)
	problem := taken.ApplicationproblemJSON409
	expect(problem.Code == punctual.ProblemCodeWindowTaken && problem.FreeWindows != nil, "problem", problem)
	free := (*problem.FreeWindows)[0]
	moved := try(customer.ProposeForJobWithResponse(ctx, other.Id, nil, window(free.Start)))
	expect(moved.JSON200 != nil, "free window", moved)
	fmt.Println("taken window: 409, a free one starts at", free.Start)

	dispute := punctual.DisputeBody{Kind: punctual.DisputeKindOTHER, Reason: "The wrong tap"}
	disputed := try(customer.DisputeAssignmentWithResponse(ctx, assignment.Id, nil, dispute))
	expect(disputed.JSON200 != nil && disputed.JSON200.DisputedAt != nil, "dispute", disputed)
	payout := blockedPayout(provider, assignment.Id)
	expect(payout.Amount == price && payout.Holds[0].Kind == punctual.HoldKindDISPUTE, "payout", payout)
	fmt.Println("dispute and payout:", payout.Status, payout.Amount.AmountMinor, payout.Amount.Currency)
}
