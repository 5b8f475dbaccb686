// Command ferretdb serves MongoDB's wire protocol on top of a PostgreSQL that has the DocumentDB extension.
package main

import (
	"context"
	"flag"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	postgresURL := flag.String("postgresql-url", "", "PostgreSQL with the documentdb extension")
	listen := flag.String("listen-addr", "127.0.0.1:27017", "address of the MongoDB protocol")
	stateDir := flag.String("state-dir", ".", "folder of FerretDB's own state")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	telemetry := false
	server, err := ferretdb.New(&ferretdb.Config{
		PostgreSQLURL: *postgresURL,
		ListenAddr:    *listen,
		StateDir:      *stateDir,
		LogLevel:      slog.LevelWarn,
		LogOutput:     os.Stderr,
		Telemetry:     &telemetry,
	})
	if err != nil {
		log.Fatal(err)
	}

	server.Run(ctx)
}
