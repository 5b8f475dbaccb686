/**
 * `npm run dev -w services/NAME`: one more instance of the service, against the servers of the
 * running stack. It restarts when a source file changes. Further arguments are for Node, such as
 * `--inspect`.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { freePort } from '../servers/free-port.ts';
import { type DeployableName, deployableNames, type ServiceAddresses, serviceEnvironment } from '../stack/services.ts';
import { readRunningStack, stackFilePath } from '../stack/stack-file.ts';

const Description = z.object({
  gateway: z.string(),
  scheduling: z.string(),
  reminders: z.string(),
  payouts: z.string(),
  nats: z.string(),
  postgres: z.object({ scheduling: z.string(), payouts: z.string() }),
  mongo: z.string(),
  issuer: z.string(),
  jwks: z.string(),
});

try {
  const service = readService(basename(process.cwd()));
  const port = process.env.PORT || String(await freePort());
  const { urls, ...servers } = await findAddresses();
  const environment: NodeJS.ProcessEnv = {
    ...serviceEnvironment(service, { ...servers, urls: { ...urls, [service]: `http://127.0.0.1:${port}` } }),
    // What the caller sets wins: SCHEDULING_URL points a gateway to another `npm run dev`.
    ...process.env,
    PORT: port,
  };
  console.log(
    `${service} will listen on http://${environment.HOST}:${port}. The running stack keeps its own instance.`,
  );
  const node = ['--watch', ...process.argv.slice(2), '--import', '@punctual/chassis/otel', 'src/main.ts'];
  process.execve?.(process.execPath, [process.execPath, ...node], environment);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readService(folder: string): DeployableName {
  const service = deployableNames.find((name) => name === folder);
  if (!service) throw new Error(`Name a service: npm run dev -w services/${deployableNames.join('|')}`);
  return service;
}

async function findAddresses(): Promise<ServiceAddresses> {
  const path = stackFilePath(process.env);
  if (!(await readRunningStack(path))) throw new Error(`No running stack (${path}). Start one with: npm start`);
  const { nats, postgres, mongo, issuer, jwks, ...urls } = Description.parse(JSON.parse(await readFile(path, 'utf8')));
  return { urls, nats, postgres, mongo, issuer: { issuer, audience: 'punctual', jwksUrl: jwks } };
}
