import type { DefiniteResponse, Sender, UserRequest } from '../load/retrying-sender.ts';
import { type ClientOperation, shownBy, shownByProblem, type WindowBody } from './client-operation.ts';

/**
 * What the users of one load asked and were answered, about assignments and payouts. A list is one
 * operation for each that it shows.
 */
export type History = readonly ClientOperation[];

/** A command on an aggregate, as the users name it. */
export type Command = Pick<ClientOperation, 'aggregate' | 'id'> & { name: string };

export type RecordedSender = {
  readonly history: History;
  /** Sends a command. @throws when it has no answer */
  command(command: Command, sent: UserRequest): Promise<DefiniteResponse>;
  /** Reads one or a list. @throws when it has no answer */
  read(sent: UserRequest): Promise<DefiniteResponse>;
  /** Creates an assignment, whose history begins with the answer. @throws when it has no answer */
  create(sent: UserRequest): Promise<DefiniteResponse>;
};

/** Sends requests and records what became of them. */
export function recordHistory(sender: Sender): RecordedSender {
  const history: ClientOperation[] = [];

  const reading = async (sent: UserRequest) => {
    const answer = await sender.send(sent);
    const found = shownByAnswer(answer);
    for (const { aggregate, shown } of found) {
      const { id } = shown;
      // The attempts before the last showed nothing.
      const time = { call: answer.sentAt, return: performance.now() };
      history.push({ aggregate, id, client: sent.by.id, command: 'read', ...time, outcome: 'read', seen: shown });
    }
    return answer;
  };

  return {
    history,
    command: async ({ aggregate, id, name }, sent) => {
      const call = performance.now();
      const asked = { aggregate, id, client: sent.by.id, call, ...modelled(name, sent) };
      const unknown: ClientOperation = { ...asked, return: undefined, outcome: 'unknown' };
      const answer = await sender.send(sent).catch((error) => {
        history.push(unknown);
        throw error;
      });
      const answered = { ...asked, return: performance.now() };
      if (answer.status >= 500) history.push(unknown);
      else if (answer.status < 300) history.push({ ...answered, outcome: 'accepted', seen: onlyOne(answer) });
      else {
        const { code, body, sentAt, attempts } = answer;
        history.push({ ...answered, call: sentAt, outcome: 'refused', code, seen: shownByProblem(body) });
        // An attempt without an answer may still arrive.
        if (attempts > 1) history.push(unknown);
      }
      return answer;
    },
    read: reading,
    create: reading,
  };
}

/** @throws when a body has another version than its `ETag` */
function shownByAnswer({ status, body, etag }: DefiniteResponse) {
  const found = status < 300 ? shownBy(body) : [];
  // Lists have none.
  if (etag !== undefined && found.some(({ shown }) => etag !== `"${shown.version}"`))
    throw new Error(`The ETag ${etag} came with ${JSON.stringify(body)}`);
  return found;
}

function onlyOne(answer: DefiniteResponse) {
  const [found] = shownByAnswer(answer);
  if (!found) throw new Error(`A command was answered ${JSON.stringify(answer.body)}`);
  return found.shown;
}

type CommandBody = WindowBody & { scope?: string; counter?: WindowBody; scheduleVersion?: number };

/** A command as the model in `drills/linearizability` names it. */
function modelled(name: string, { body, ifMatch }: UserRequest): Partial<ClientOperation> & { command: string } {
  const { scope, counter, scheduleVersion, start, end }: Partial<CommandBody> = body ?? {};
  const ifVersion = ifMatch ?? scheduleVersion;
  if (name === 'propose') return { command: name, ifVersion, window: { start: start ?? '', end: end ?? '' } };
  if (name === 'schedule/confirm') return { command: 'confirm', ifVersion };
  if (name === 'reject') return { command: scope === 'window' ? 'reject-window' : 'release', ifVersion, counter };
  return { command: name, ifVersion };
}
