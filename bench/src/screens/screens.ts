/** A call as an app makes it; `:visit` and the like stand for what is on the screen. */
export type Call = { method: 'GET' | 'POST'; path: string; body?: 'window' };

export type Screen = { app: 'customer' | 'provider'; name: string; calls: readonly Call[] };

const get = (path: string): Call => ({ method: 'GET', path });
const open = 'status=UNSCHEDULED,PROPOSED,CONFIRMED';

/** The screens of both apps, and what each asks for. `docs/mobile.md` shows them with their bytes. */
export const screens: readonly Screen[] = [
  {
    app: 'customer',
    name: 'Home: my jobs, and the visits to come',
    calls: [get('/jobs?status=OPEN,ASSIGNED&sort=-updatedAt'), get(`/assignments?${open}&sort=start`)],
  },
  {
    app: 'customer',
    name: 'Home again: what has changed',
    calls: [get('/jobs?sort=updatedAt&updatedSince=:since'), get('/assignments?sort=updatedAt&updatedSince=:since')],
  },
  {
    app: 'customer',
    name: 'Find a time, and try it',
    calls: [
      get('/providers/:provider/free-windows?from=:from&to=:to&minutes=60'),
      { method: 'POST', path: '/jobs/:job/schedule/check', body: 'window' },
    ],
  },
  { app: 'customer', name: 'A visit, with what I may do', calls: [get('/assignments/:visit')] },
  { app: 'customer', name: 'Its history', calls: [get('/assignments/:visit/timeline')] },
  {
    app: 'provider',
    name: 'Home: requests and visits to come, and my money',
    calls: [get(`/assignments?${open}&sort=start`), get('/payouts/summary')],
  },
  {
    app: 'provider',
    name: 'Home again: what has changed',
    calls: [get('/assignments?sort=updatedAt&updatedSince=:since')],
  },
  {
    app: 'provider',
    name: 'My week',
    calls: [get('/assignments?status=CONFIRMED&from=:from&to=:to&sort=start&limit=100')],
  },
  { app: 'provider', name: 'A visit, with what I may do', calls: [get('/assignments/:visit')] },
  { app: 'provider', name: 'Its reminders', calls: [get('/assignments/:visit/reminders')] },
  { app: 'provider', name: 'What I earned', calls: [get('/payouts/summary'), get('/payouts?sort=-createdAt')] },
];
