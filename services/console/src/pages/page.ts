import type { Client } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import type { Html, PrometheusApi, TraceStore } from '@punctual/pages';
import type { Outcome } from '../audit/messages.ts';
import type { Times } from '../html/times.ts';
import type { Person } from '../session/session.ts';
import type { System } from '../system.ts';

/** One request for a page. */
export type Visit = {
  person: Person;
  /** The API, as this person. */
  api: Client;
  /** NATS, and the acts on it. */
  system: System;
  /** The parts of the path: `:id`. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Path and query, to which the page's own forms are sent. */
  here: string;
  times: Times;
  now: Temporal.Instant;
  traces: Traces;
  /** Undefined when no Prometheus is set. */
  metrics: PrometheusApi | undefined;
};

/** Where the traces are, as far as the settings say. */
export type Traces = {
  store: TraceStore | undefined;
  /** @returns the page of a trace; undefined without one */
  link(traceId: string): string | undefined;
};

/** The page on which an act goes on. */
export type GoesOn = { to: string };

export type View = { title: string; main: Html };

/** A page at one path. It keeps nothing: all that it shows is in its URL, the session, the API and NATS. */
export type Page = {
  path: string;
  /** Its name in the navigation; left out for a page of one thing. */
  link?: string;
  /** Who may open it. The API decides again about everything in it. */
  roles: readonly Role[];
  view(visit: Visit): Promise<View>;
  /** What a form of the page asks for; the page is shown again below the outcome, or another one. */
  act?(visit: Visit, form: URLSearchParams): Promise<Outcome | GoesOn>;
};
