import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion, reasonOf } from '@punctual/chassis';
import { type RestDocument, ServiceContract, shapesOf } from '@punctual/contracts/compatibility';
import { openApiDocument } from '@punctual/contracts/openapi';
import { z } from 'zod';
import { CannotTell } from './finding.ts';
import { repository } from './repository.ts';
import { RestDocumentShape } from './rest-document.ts';

/** The version of a service that is to be deployed. `--describe` prints it. */
export type Candidate = { readonly contract: ServiceContract; readonly openapi: RestDocument };

/** Describes a service as it is in this checkout. */
export async function fromCheckout(service: string): Promise<Candidate> {
  const folder = pathToFileURL(join(repository, 'services', service, '/'));
  const { startedAt: _, ...version } = readVersion(service, folder, revision());
  const contract = { ...version, shapes: await shapesOf(version) };
  return { contract, openapi: JSON.parse(JSON.stringify(openApiDocument())) };
}

const Described = z.object({ contract: ServiceContract, openapi: RestDocumentShape });

/**
 * Reads what `--describe` printed.
 * @throws CannotTell
 */
export function fromFile(file: string, service: string): Candidate {
  let candidate: Candidate;
  try {
    candidate = Described.parse(JSON.parse(readFileSync(file, 'utf8'))) as Candidate;
  } catch (error) {
    const reason = error instanceof z.ZodError ? 'it is not what --describe prints' : reasonOf(error);
    throw new CannotTell(`Cannot read the candidate from ${file}: ${reason}.`);
  }
  if (candidate.contract.service === service) return candidate;
  throw new CannotTell(`${file} describes ${candidate.contract.service}, not ${service}.`);
}

/** The commit of this checkout, if it is known. */
function revision(): string | undefined {
  if (process.env.PUNCTUAL_REVISION) return process.env.PUNCTUAL_REVISION;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}
