import { parseArgs } from 'node:util';
import { serviceNames } from '@punctual/devstack';
import setUpSharedServers from '@punctual/testkit/vitest-setup';
import { allAt, workTree } from '../under-load/mixed-stack.ts';
import { type CheckedOut, checkOut } from './check-out.ts';
import { describeWorkTree, MissingRelease, readReleases } from './releases.ts';
import { matrix, printResult, type ScenarioResult } from './report.ts';
import { allThereAndBack, type PlanResult, runPlan, thereAndBack } from './run-plan.ts';
import { describeScenario, type Scenario, scenariosOf } from './scenario.ts';
import { mergePairs, readTestedPairs, testedPairsFile, writeTestedPairs } from './tested-pairs.ts';

const usage = `Usage: npm run test:versions -- [--quick] [--service NAME]… [--release VERSION]… [--rate PER_SECOND]
Services: ${serviceNames.join(' ')}`;

const { values } = readArguments();
const perSecond = Number(values.rate);
const released = await readReleases();
const unknown = [
  ...values.service.filter((name) => !(serviceNames as readonly string[]).includes(name)),
  ...values.release.filter((version) => !released.some((each) => each.version === version)),
];
if (unknown.length > 0) refuse(`Unknown: ${unknown.join(', ')}`);
if (!(perSecond > 0)) refuse('--rate must be a number above 0');

const stopServers = await setUpSharedServers();
try {
  process.exitCode = (await (values.quick ? runQuick() : runAll())) ? 0 : 1;
} catch (error) {
  if (!(error instanceof MissingRelease)) throw error;
  console.error(error.message);
  process.exitCode = 3;
} finally {
  await stopServers();
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        service: { type: 'string', multiple: true, default: [] },
        release: { type: 'string', multiple: true, default: [] },
        rate: { type: 'string', default: '20' },
      },
    });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}

/** The last release only: each service in turn to the work tree, then all back, on one stack. */
async function runQuick(): Promise<boolean> {
  const last = released.findLast(({ service }) => service === undefined);
  if (!last) refuse('releases.json has no release of all services');
  const release = await checkOut(last, console.log);
  const switches = allThereAndBack(release);
  const result = await runPlan({ name: 'quick', release, start: allAt(release), switches, perSecond });
  printResult(`every service ${last.version} → N, one by one, and all back`, result);
  return result.violations.length === 0;
}

async function runAll(): Promise<boolean> {
  const scenarios = scenariosOf(released).filter(
    ({ service, release }) =>
      (values.service.length === 0 || values.service.includes(service)) &&
      (values.release.length === 0 || values.release.includes(release.version)),
  );
  const commits: Record<string, string> = { [workTree.version]: await describeWorkTree() };
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const code = await checkOut(scenario.release, console.log);
    commits[code.version] = code.commit;
    const result = await runScenario(scenario, code);
    printResult(describeScenario(scenario), result);
    results.push({ scenario, result, at: new Date().toISOString() });
    await writeTestedPairs(mergePairs(await readTestedPairs(), commits, results));
  }
  console.log(`\n${matrix(results)}`);
  const failed = results.filter(({ result }) => result.violations.length > 0).length;
  console.log(`\n${results.length} runs, ${failed} failed; N is ${commits.N}`);
  console.log(`Recorded in ${testedPairsFile}`);
  return failed === 0;
}

function runScenario({ service, release, neighbours }: Scenario, code: CheckedOut): Promise<PlanResult> {
  return runPlan({
    name: `${service}-${release.version}-among-${neighbours}`,
    release: code,
    start: { ...allAt(neighbours === 'N' ? workTree : code), [service]: code },
    switches: thereAndBack(code, service),
    perSecond,
  });
}
