import { Explanation, lenient } from '@punctual/contracts';
import { askGateway } from '@punctual/operations';
import { jsonFlag, type OpsCommand } from '../cli/command.ts';
import { assignmentId } from '../cli/read-input.ts';
import { findSystem } from '../system/find-system.ts';
import { explanationPage } from './explanation-page.ts';

export const explain: OpsCommand = {
  name: 'explain',
  about: 'one assignment: timeline, events and their consumers, reminders, payout',
  argument: { name: 'ASSIGNMENT', required: true },
  flags: { json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const path = `/ops/assignments/${assignmentId(input.argument)}/explain`;
    const explanation = await askGateway(await findSystem(environment), path, lenient(Explanation));
    print(input.has('json') ? JSON.stringify(explanation, undefined, 2) : explanationPage(explanation).join('\n'));
  },
};
