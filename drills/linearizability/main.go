// Command linearizability reads the operations of clients on assignments from stdin, one JSON object
// a line, and prints a JSON object for each assignment whose answers no order of its operations
// explains. With -folder it also writes a picture of each such history there.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

// An anomaly is the history of one assignment that no order explains.
type anomaly struct {
	Assignment string `json:"id"`
	Operations int    `json:"operations"`
	// Whether the time was over before there was a verdict.
	Undecided bool `json:"undecided"`
	// The longest order that explains the answers ends in this state, …
	State string `json:"state"`
	// … and this operation is the first that does not fit.
	Unexplained string `json:"unexplained"`
	Picture     string `json:"picture,omitempty"`
}

func main() {
	folder := flag.String("folder", "", "where pictures of anomalies are written")
	patience := flag.Duration("patience", time.Minute, "for each assignment")
	flag.Parse()

	histories, order, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, id := range order {
		found, err := check(id, histories[id], *patience, *folder)
		if err == nil && found != nil {
			err = out.Encode(found)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

// read groups the operations by assignment, in the order in which they first occur.
func read(in io.Reader) (map[string][]porcupine.Operation, []string, error) {
	histories := map[string][]porcupine.Operation{}
	clients := map[string]int{}
	var order []string
	for decoder := json.NewDecoder(in); ; {
		var each operation
		if err := decoder.Decode(&each); errors.Is(err, io.EOF) {
			return histories, order, nil
		} else if err != nil {
			return nil, nil, err
		}
		if _, isKnown := clients[each.Client]; !isKnown {
			clients[each.Client] = len(clients)
		}
		// Without an answer it may take effect at any time.
		returned := int64(math.MaxInt64)
		if each.Return != nil {
			returned = *each.Return
		}
		if histories[each.Assignment] == nil {
			order = append(order, each.Assignment)
		}
		histories[each.Assignment] = append(histories[each.Assignment], porcupine.Operation{
			ClientId: clients[each.Client], Input: each, Call: each.Call, Return: returned,
		})
	}
}

func check(id string, history []porcupine.Operation, patience time.Duration, folder string) (*anomaly, error) {
	if porcupine.CheckOperationsTimeout(model, history, patience) == porcupine.Ok {
		return nil, nil
	}
	verdict, info := porcupine.CheckOperationsVerbose(model, history, patience)
	found := &anomaly{Assignment: id, Operations: len(history), Undecided: verdict == porcupine.Unknown}
	explained := longest(info)
	state := model.Init()
	isExplained := map[operation]bool{}
	for _, each := range explained {
		_, state = model.Step(state, each.Input, nil)
		isExplained[each.Input.(operation)] = true
	}
	found.State = model.DescribeState(state)
	var first *porcupine.Operation
	for _, each := range history {
		if !isExplained[each.Input.(operation)] && (first == nil || each.Return < first.Return) {
			first = &each
		}
	}
	if first != nil {
		found.Unexplained = model.DescribeOperation(first.Input, nil)
	}
	if folder == "" {
		return found, nil
	}
	found.Picture = filepath.Join(folder, id+".html")
	return found, porcupine.VisualizePath(model, info, found.Picture)
}

// longest returns the longest order that explains the answers of its operations.
func longest(info porcupine.LinearizationInfo) []porcupine.Operation {
	var found []porcupine.Operation
	for _, partition := range info.PartialLinearizationsOperations() {
		for _, order := range partition {
			if len(order) > len(found) {
				found = order
			}
		}
	}
	return found
}
