package main

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

// A window is a pair of instants as the API writes them; both are empty when there is none.
type window struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// An assignment is what a client sees of one at a moment.
type assignment struct {
	Version int    `json:"version"`
	Status  string `json:"status"`
	window
}

// An operation is what a client asked, and what it was answered.
type operation struct {
	Assignment string      `json:"id"`
	Client     string      `json:"client"`
	Call       int64       `json:"call"`
	Return     *int64      `json:"return"`
	Command    string      `json:"command"`
	IfVersion  *int        `json:"ifVersion"`
	Window     window      `json:"window"`
	Counter    *window     `json:"counter"`
	Outcome    string      `json:"outcome"`
	Code       string      `json:"code"`
	Seen       *assignment `json:"seen"`
}

// The model of one assignment (design §3). Its rules are written down here again on purpose and not
// taken from the service. Only a proposal changes without a client: the system expires it.
var model = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{assignment{Status: "UNSCHEDULED"}} },
	Step: func(state, input, _ any) []any {
		var next []any
		for _, after := range step(state.(assignment), input.(operation)) {
			next = append(next, after)
		}
		return next
	},
	DescribeOperation: func(input, _ any) string { return input.(operation).String() },
	DescribeState:     func(state any) string { return state.(assignment).String() },
}).ToModel()

// step returns every state that the operation can leave behind, and none when it cannot happen here.
func step(before assignment, asked operation) []assignment {
	if asked.Command == "lift" {
		return lift(before, *asked.IfVersion)
	}
	if asked.Outcome == "refused" && asked.Seen == nil && asked.Code != "invalid-transition" {
		return []assignment{before}
	}
	var next []assignment
	for _, now := range withExpiry(before) {
		matches := asked.IfVersion == nil || *asked.IfVersion == before.Version || *asked.IfVersion == now.Version
		after, isPossible := apply(now, asked)
		switch asked.Outcome {
		case "read":
			if *asked.Seen == now {
				next = append(next, now)
			}
		case "refused":
			if explainsRefusal(now, asked) {
				next = append(next, now)
			}
		case "accepted":
			if isPossible && matches && *asked.Seen == after {
				next = append(next, after)
			}
		case "unknown":
			next = append(next, now)
			if isPossible && matches {
				next = append(next, after)
			}
		}
	}
	return next
}

// withExpiry returns the state and what the system may have made of it meanwhile.
func withExpiry(state assignment) []assignment {
	if state.Status != "PROPOSED" {
		return []assignment{state}
	}
	return []assignment{state, {Version: state.Version + 1, Status: "UNSCHEDULED"}}
}

// lift returns what the repair of a restored database makes of a state: the same under a version above
// all that anybody has seen.
func lift(before assignment, version int) []assignment {
	var next []assignment
	for _, now := range withExpiry(before) {
		if now.Version < version {
			now.Version = version
			next = append(next, now)
		}
	}
	return next
}

func explainsRefusal(now assignment, refused operation) bool {
	if refused.Seen != nil && *refused.Seen != now {
		return false
	}
	switch refused.Code {
	case "precondition-failed", "version-conflict":
		return refused.IfVersion == nil || *refused.IfVersion != now.Version
	case "invalid-transition":
		// A proposal may have run out, and each side disputes once.
		_, isPossible := apply(now, refused)
		return !isPossible || now.Status == "PROPOSED" || refused.Command == "dispute"
	}
	return true
}

// The states in which each command is possible.
var possibleIn = map[string][]string{
	"propose":       {"UNSCHEDULED", "PROPOSED", "CONFIRMED"},
	"confirm":       {"PROPOSED"},
	"reject-window": {"PROPOSED", "CONFIRMED"},
	"release":       {"UNSCHEDULED", "PROPOSED", "CONFIRMED"},
	"cancel":        {"UNSCHEDULED", "PROPOSED", "CONFIRMED"},
	"complete":      {"CONFIRMED"},
	"dispute":       {"CONFIRMED", "COMPLETED"},
}

func apply(now assignment, asked operation) (assignment, bool) {
	if !slices.Contains(possibleIn[asked.Command], now.Status) {
		return now, false
	}
	after := now
	after.Version++
	switch asked.Command {
	case "propose":
		after.Status, after.window = "PROPOSED", asked.Window
	case "confirm":
		after.Status = "CONFIRMED"
	case "reject-window":
		after.Status, after.window = "UNSCHEDULED", window{}
		if asked.Counter != nil {
			after = assignment{Version: after.Version + 1, Status: "PROPOSED", window: *asked.Counter}
		}
	case "release":
		after.Status, after.window = "DECLINED", window{}
	case "cancel":
		after.Status = "CANCELLED"
	case "complete":
		after.Status = "COMPLETED"
	}
	return after, true
}

func (state assignment) String() string {
	text := fmt.Sprintf("version %d %s", state.Version, state.Status)
	if state.Start != "" {
		text += fmt.Sprintf(" %s–%s", state.Start, state.End)
	}
	return text
}

func (asked operation) String() string {
	text := asked.Command
	if asked.IfVersion != nil {
		text += fmt.Sprintf(" if version %d", *asked.IfVersion)
	}
	text += ": " + asked.Outcome
	if asked.Code != "" {
		text += " " + asked.Code
	}
	if asked.Seen != nil {
		text += fmt.Sprintf(" (%s)", asked.Seen)
	}
	return text
}
