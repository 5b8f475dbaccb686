import type { RejectBody } from '@punctual/contracts';
import { rejectScope } from '../domain/rejection.ts';
import { assignmentCommand } from './assignment-command.ts';
import { rejectWindow } from './reject-window.ts';
import { releaseProvider } from './release-provider.ts';

/** Rejects the window or the whole assignment. Which of them, depends on who rejects. */
export const reject = assignmentCommand<RejectBody | undefined>('reject', (context) => {
  const rejection = { ...context, body: context.body ?? {} };
  const scope = rejectScope(rejection.body, context.situation.acting);
  return scope === 'window' ? rejectWindow(rejection) : releaseProvider(rejection);
});
