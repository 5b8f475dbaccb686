import { act } from './act/page.ts';
import { approvals } from './approvals/page.ts';
import { assignment } from './assignment/page.ts';
import { assignments } from './assignments/page.ts';
import { audit } from './audit/page.ts';
import { deadLetter } from './dead-letter/page.ts';
import { deadLetters } from './dead-letters/page.ts';
import { drift } from './drift/page.ts';
import { now } from './now/page.ts';
import type { Page } from './page.ts';
import { payout } from './payout/page.ts';
import { reminders } from './reminders/page.ts';
import { replayPage } from './replay/page.ts';
import { streams } from './streams/page.ts';
import { trace } from './trace/page.ts';

/** All pages, in the order of the navigation. */
export const pages: readonly Page[] = [
  now,
  approvals,
  payout,
  assignments,
  assignment,
  trace,
  deadLetters,
  deadLetter,
  streams,
  replayPage,
  reminders,
  drift,
  audit,
  act,
];
