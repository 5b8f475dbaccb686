const hours = 6;
const stepS = 15;

/**
 * What a quiet system counts each second: a third of what the load of a drill causes, so that about a
 * minute without a success spends 2 % of the month's budget.
 */
const perSecond = { commands: 4, events: 16, reminders: 1 / 60 };

const steady: readonly { series: string; rate: number }[] = [
  {
    series:
      'http_server_request_duration_seconds_count{service_name="gateway",http_request_method="POST",http_response_status_code="200",instance="history"}',
    rate: perSecond.commands,
  },
  ...onTime('punctual_consumer_latency_seconds', '5.0', perSecond.events),
  ...onTime('punctual_reminders_lateness_seconds', '60.0', perSecond.reminders),
];

function onTime(histogram: string, le: string, rate: number) {
  return [
    { series: `${histogram}_bucket{le="${le}",instance="history"}`, rate },
    { series: `${histogram}_count{instance="history"}`, rate },
  ];
}

/**
 * Six hours without a failed command, a late event or a late reminder, as OpenMetrics text. Without
 * them the windows of hours would hold the fault alone, and each blip would page.
 * @param now in seconds since the epoch
 */
export function quietHours(now: number): string {
  const from = now - hours * 3_600;
  const lines = steady.flatMap(({ series, rate }) =>
    Array.from(
      { length: (hours * 3_600) / stepS },
      (_, step) => `${series} ${step * stepS * rate} ${from + step * stepS}`,
    ),
  );
  return `${lines.join('\n')}\n# EOF\n`;
}
