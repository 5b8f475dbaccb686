import { runService } from '@punctual/chassis';
import { reminders } from './app.ts';

await runService(reminders);
