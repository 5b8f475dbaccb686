import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Host, Server } from './source.ts';
import { type SupervisedCommand, type SupervisedProcess, startSupervised } from './supervised-process.ts';
import { untilAnswers } from './until-answers.ts';

export type LocalServer = Pick<SupervisedCommand, 'stopSignal' | 'user' | 'env'> & {
  name: string;
  command: (port: number) => string[] | Promise<string[]>;
  url: (port: number) => string;
  /** Throws until the server is ready. */
  ask: (url: string) => Promise<unknown>;
};

const portAttempts = 3;

/** A server as a child process on a free port of 127.0.0.1. Its log is in the run's folder. */
export async function startLocalServer(host: Host, server: LocalServer): Promise<Server> {
  const logFile = join(host.run.folder, `${server.name}.log`);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return await startOn(port, host, server, logFile);
    } catch (error) {
      host.signal?.throwIfAborted();
      const isTaken = /address already in use/i.test(await readFile(logFile, 'utf8'));
      if (!isTaken || attempt === portAttempts) throw error;
    }
  }
}

async function startOn(port: number, host: Host, server: LocalServer, logFile: string): Promise<Server> {
  const url = server.url(port);
  const start = async () => {
    const { stopSignal, user, env } = server;
    const process = await startSupervised({
      command: await server.command(port),
      stopSignal,
      logFile,
      ...(user && { user }),
      ...(env && { env }),
    });
    try {
      await host.run.recordProcess(process.pid);
      await untilReady(process, url, server, logFile, host.signal);
      return process;
    } catch (error) {
      await process.stop();
      throw error;
    }
  };
  let running: SupervisedProcess | undefined = await start();
  const halt = async () => {
    await running?.stop();
    running = undefined;
  };
  const resume = async () => {
    running ??= await start();
  };
  const signal = async (name: NodeJS.Signals) => void (running && process.kill(running.pid, name));
  return { url, halt, resume, signal, stop: halt };
}

async function untilReady(
  process: SupervisedProcess,
  url: string,
  server: LocalServer,
  logFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ended = new AbortController();
  const givenUp = AbortSignal.any(signal ? [signal, ended.signal] : [ended.signal]);
  await Promise.race([
    untilAnswers(url, server.ask, givenUp),
    process.exited.then(async (code) => {
      throw new Error(
        `${server.name} exited with ${code}: ${(await readFile(logFile, 'utf8')).trim().split('\n').at(-1)}`,
      );
    }),
  ]).finally(() => ended.abort());
}
