import { Explanation, lenient } from '@punctual/contracts';
import { type Command, jsonFlag } from '../cli/command.ts';
import { assignmentId } from '../cli/read-input.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem } from '../system/find-system.ts';
import { explanationPage } from './explanation-page.ts';

export const explain: Command = {
  name: 'explain',
  about: 'all about one assignment: what happened, which events came of it, who took them, reminders, payout',
  argument: { name: 'ASSIGNMENT', required: true },
  flags: { json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const path = `/ops/assignments/${assignmentId(input.argument)}/explain`;
    const explanation = await askGateway(await findSystem(environment), path, lenient(Explanation));
    print(input.has('json') ? JSON.stringify(explanation, undefined, 2) : explanationPage(explanation).join('\n'));
  },
};
