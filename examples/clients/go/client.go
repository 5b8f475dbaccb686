package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	punctual "punctual.example/journey/generated"
)

type client = *punctual.ClientWithResponses

// signIn makes a client that sends the token of an environment variable.
func signIn(variable string) client {
	return try(punctual.NewClientWithResponses(os.Getenv("PUNCTUAL_URL"),
		punctual.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+os.Getenv(variable))
			return nil
		})))
}

// giveJob creates a job and assigns it to the provider.
func giveJob(customer client, providerID uuid.UUID, price punctual.Money) (*punctual.Job, *punctual.Assignment) {
	body := punctual.CreateJobBody{Title: "The kitchen tap drips", Timezone: "Asia/Jakarta", Price: price}
	job := try(customer.CreateJobWithResponse(ctx, nil, body))
	expect(job.JSON201 != nil, "job", job)
	to := punctual.CreateAssignmentBody{ProviderId: providerID}
	assignment := try(customer.CreateAssignmentWithResponse(ctx, job.JSON201.Id, nil, to))
	expect(assignment.JSON201 != nil, "assignment", assignment)
	return job.JSON201, assignment.JSON201
}

// blockedPayout waits for the dispute to reach the payout, which takes moments.
func blockedPayout(provider client, assignmentID uuid.UUID) *punctual.Payout {
	for range 100 {
		read := try(provider.GetAssignmentPayoutWithResponse(ctx, assignmentID))
		if read.JSON200 != nil && read.JSON200.Status == punctual.PayoutStatusBLOCKED {
			return read.JSON200
		}
		time.Sleep(100 * time.Millisecond)
	}
	log.Fatal("the payout was not blocked within 10 seconds")
	return nil
}

func window(start time.Time) punctual.ScheduleBody {
	return punctual.ScheduleBody{Start: start.Format(time.RFC3339), End: start.Add(time.Hour).Format(time.RFC3339)}
}

func try[T any](answer T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

func expect(isTrue bool, step string, found any) {
	if !isTrue {
		log.Fatalf("%s: unexpected %+v", step, found)
	}
}

func ptr[T any](value T) *T { return &value }
