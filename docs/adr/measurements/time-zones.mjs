// For ADR 0004: what Temporal makes of local times that the clocks skip or show twice, and what a conversion costs.
//   node docs/adr/measurements/time-zones.mjs

const cases = [
  ['2027-03-28T02:30', 'Europe/Berlin'],
  ['2026-10-25T02:30', 'Europe/Berlin'],
  ['2026-10-04T02:15', 'Australia/Lord_Howe'],
  ['2018-11-04T00:30', 'America/Sao_Paulo'],
  ['2011-12-30T12:00', 'Pacific/Apia'],
];
const rounds = 3;
const conversions = 20_000;

say(`Node ${process.version}, zone data ${process.versions.tz}`);
for (const [local, zone] of cases) {
  const [earlier, later, reject] = ['earlier', 'later', 'reject'].map((rule) => resolve(local, zone, rule));
  say(`${local} ${zone}: reject ${reject}, earlier ${earlier}, later ${later}`);
}

for (let round = 0; round < rounds; round += 1) {
  const local = Temporal.PlainDateTime.from('2026-12-01T10:00');
  const toInstant = microseconds(() => local.toZonedDateTime('Europe/Berlin').epochMilliseconds);
  const instant = Temporal.Instant.from('2026-12-01T09:00:00Z');
  const toLocal = microseconds(() => instant.toZonedDateTimeISO('Europe/Berlin').toString({ timeZoneName: 'never' }));
  say(`local to instant ${toInstant} µs, instant to local text ${toLocal} µs`);
}

function resolve(local, zone, disambiguation) {
  try {
    const zoned = Temporal.PlainDateTime.from(local).toZonedDateTime(zone, { disambiguation });
    return zoned.toString({ timeZoneName: 'never', smallestUnit: 'minute' });
  } catch (error) {
    return error.name;
  }
}

function microseconds(convert) {
  const start = performance.now();
  for (let i = 0; i < conversions; i += 1) convert();
  return (((performance.now() - start) * 1_000) / conversions).toFixed(2);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
