import { Explanation, lenient, Uuid } from '@punctual/contracts';
import { type Command, jsonFlag, WrongUse } from '../cli/command.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem } from '../system/find-system.ts';
import { explanationPage } from './explanation-page.ts';

export const explain: Command = {
  name: 'explain',
  about: 'all about one assignment: what happened, which events came of it, who took them, reminders, payout',
  argument: { name: 'ASSIGNMENT', required: true },
  flags: { json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const id = Uuid.safeParse(input.argument).data;
    if (id === undefined) throw new WrongUse(`${input.argument} is not the id of an assignment.`);
    const path = `/ops/assignments/${id}/explain`;
    const explanation = await askGateway(await findSystem(environment), path, lenient(Explanation));
    print(input.has('json') ? JSON.stringify(explanation, undefined, 2) : explanationPage(explanation).join('\n'));
  },
};
