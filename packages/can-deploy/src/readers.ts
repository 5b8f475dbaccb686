import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '@punctual/chassis';
import { Consumes, type DeclaredUse, type EventShape, type ServiceContract } from '@punctual/contracts/compatibility';
import type { Announced } from './ask-nats.ts';
import { CannotTell, type Finding, nameOf } from './finding.ts';
import { repository } from './repository.ts';

/** A running consumer, and how much is known of it. */
export type Reader = {
  /** The release or the team that it belongs to. */
  readonly part: string;
  readonly service?: string;
  readonly use: DeclaredUse;
  /**
   * The events as it knows them, each of which it validates as a whole. Without them it relies on
   * the fields that it declares, as they are published now.
   */
  readonly shapes?: Readonly<Record<string, EventShape>>;
};

/** The consumers of the services that announce themselves. */
export function announcedReaders(contracts: readonly ServiceContract[]): Reader[] {
  return contracts.flatMap((contract) =>
    Object.entries(contract.consumes).map(([consumer, use]) => ({
      part: nameOf(contract),
      service: contract.service,
      use: { consumer, ...use },
      shapes: contract.shapes,
    })),
  );
}

/** This repository keeps what teams outside declare to read; they do not announce themselves. */
const declaredHere = ['examples/notifier/consumes.json'];

/**
 * The consumers of other teams.
 * @param files like `consumes.json`, of teams that this repository does not know
 * @throws CannotTell
 */
export function declaredReaders(files: readonly string[]): Reader[] {
  return [...declaredHere.map((file) => join(repository, file)), ...files].flatMap((file) => {
    const team = basename(dirname(file));
    return Object.entries(readConsumes(file)).map(([consumer, use]) => ({ part: team, use: { consumer, ...use } }));
  });
}

/** Durable consumers that no service announces: a release before 1.1, or a team unknown here. */
export function unannouncedReaders(durables: Announced['durables'], known: readonly Reader[]) {
  const names = new Set(known.map(({ use }) => use.consumer));
  const unknown = durables.filter(({ name }) => !names.has(name));
  const readers = unknown.map(
    ({ name, subjects }): Reader => ({
      part: name,
      use: { consumer: name, events: subjects.map(typesOf), fields: ['id', 'time', 'sequence', 'data'] },
    }),
  );
  const findings = unknown.map(
    ({ name, subjects }): Finding => ({
      kind: 'warning',
      part: name,
      what: `reads ${subjects.join(', ')} and says nothing about the fields that it needs; assumed to need all.`,
      remedy: 'Deploy a release of it that announces itself, or declare its fields in the file of the environment.',
    }),
  );
  return { readers, findings };
}

/** `schedule.>` as a `consumes.json` writes it. */
const typesOf = (subject: string) => subject.replace(/\.?[>]$/, '.*');

function readConsumes(file: string): Consumes {
  try {
    return Consumes.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new CannotTell(`${file} does not say which events its team reads: ${reasonOf(error).split('\n')[0]}.`);
  }
}
