import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListrTask } from 'listr2';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import { Browser } from '../local/browser';
import { runSteps } from '../local/command-line';
import { connector } from '../local/connector';
import { FactStream } from '../local/fact-stream';
import { writePrivateJson } from '../local/files';
import { Problem } from '../local/problem';
import type { Processes } from '../local/processes';
import { SimulatedZoom } from '../local/simulated-zoom';
import { stackFileIn, stackSteps, type StackContext } from '../local/stack';
import { formatInstant } from '../zoom-simulator/days';
import { countByName, tableUseOf } from './aws-requests';
import { Deployed } from './deployed';
import { byReport, countsOf, datesRead, readTruth } from './measured-zoom';
import type { IncrementOptions } from './options';
import { type DeployedTick, type MeasuredIncrement, NEW_ROWS } from './result';
import { compare, factOf } from './truth';

const BACKFILL_DAYS = 7;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const POLL_MS = 500;
/** A tick whose syncs have not ended by then has got stuck. */
const PATIENCE_MS = 10 * MINUTE_MS;
/** The emulator writes a function's last line after it has answered. */
const LOGS_LATE_MS = 2_000;
/** So many rows go to the simulator at a time. */
const ROWS_AT_A_TIME = 5_000;

interface Account {
  readonly zoom: SimulatedZoom;
  readonly connectionId: string;
}

interface Findings {
  accounts: Account[];
  oneDayLate: DeployedTick;
  nothingNew: DeployedTick;
  thousandNewRows: DeployedTick;
  measured: MeasuredIncrement<DeployedTick>;
}

type Step = ListrTask<Findings>;

/**
 * Measures ticks of the schedule, on a stack that is set up for nothing else.
 *
 * @param directory - the stack's own, empty.
 */
export async function measureIncrement(directory: string, processes: Processes, options: IncrementOptions) {
  const config = join(directory, 'bench-config.json');
  // the schedule's own ticks come a day later
  writePrivateJson(config, { backfill: { days: BACKFILL_DAYS }, sync: { everyMinutes: 1440 }, sampleConsumer: false });
  const context = await runSteps(stackSteps(directory, processes, { config, recordsCalls: true }), process.stderr);
  const { measured } = await runSteps(measuringSteps(directory, context, options), process.stderr);
  return measured;
}

function measuringSteps(directory: string, { stack, zoomUrl }: StackContext, options: IncrementOptions): Step[] {
  const deployed = new Deployed(stack);
  const tick = (findings: Findings) => measureTick(deployed, stack, findings.accounts, options.connections);

  const connect: Step = {
    title: 'Connect the accounts',
    task: async (findings, task) => {
      findings.accounts = [];
      for (let number = 1; number <= options.connections; number += 1) {
        task.title = `Connect the accounts: ${number} of ${options.connections}`;
        findings.accounts.push(await connectAccount(directory, zoomUrl, number, options));
      }
    },
  };
  const backfill: Step = {
    title: 'Backfill',
    task: ({ accounts }) =>
      until('all backfills have succeeded', async () => {
        const connections = await Promise.all(accounts.map(({ connectionId }) => deployed.connection(connectionId)));
        return connections.every(({ status }) => status === 'connected') || undefined;
      }),
  };
  const oneDayLate: Step = {
    title: 'A tick, one day late',
    task: async (findings) => {
      for (const { zoom, connectionId } of findings.accounts) {
        await deployed.setBack(connectionId, DAY_MS);
        await addRows(zoom, options.perDay, DAY_MS);
      }
      findings.oneDayLate = await tick(findings);
    },
  };
  const nothingNew: Step = {
    title: 'A tick with nothing new',
    task: async (findings) => {
      await nextMinute();
      findings.nothingNew = await tick(findings);
    },
  };
  const thousandNewRows: Step = {
    title: `A tick with ${NEW_ROWS} new rows for each connection`,
    task: async (findings) => {
      await nextMinute();
      for (const { zoom } of findings.accounts) await addRows(zoom, NEW_ROWS, 15 * MINUTE_MS);
      findings.thousandNewRows = await tick(findings);
    },
  };
  const judge: Step = {
    title: "Hold the stream against Zoom's truth",
    task: async (findings) => {
      const records = await (await FactStream.fromStart(stack)).readAll();
      const told = Map.groupBy(records, ({ connectionId }) => connectionId);
      let [lost, duplicated, invented] = [0, 0, 0];
      for (const { zoom, connectionId } of findings.accounts) {
        const { facts } = await readTruth(zoom, datesRead(Date.now(), BACKFILL_DAYS));
        const own = (told.get(connectionId) ?? []).map(({ kind, raw }) => factOf(kind, raw));
        const compared = compare(facts, own);
        lost += compared.lost;
        duplicated += compared.duplicated;
        invented += compared.invented;
      }
      const { oneDayLate: late, nothingNew: none, thousandNewRows: some } = findings;
      findings.measured = { nothingNew: none, thousandNewRows: some, oneDayLate: late, lost, duplicated, invented };
    },
  };
  return [connect, backfill, oneDayLate, nothingNew, thousandNewRows, judge];
}

/** An account in which nothing has happened for a day: what then comes is what a connector that was away has missed. */
async function connectAccount(
  directory: string,
  zoomUrl: string,
  number: number,
  { users, perDay, plan, latency }: IncrementOptions,
): Promise<Account> {
  const { activities, operations } = byReport(perDay);
  const zoom = await SimulatedZoom.create(zoomUrl, {
    id: `BenchmarkAccountNo${number.toString().padStart(4, '0')}`,
    plan,
    users,
    activitiesPerDay: activities,
    operationsPerDay: operations,
    historyDays: BACKFILL_DAYS + 1,
    quietHours: 24,
  });
  if (number === 1) await zoom.control('POST', 'faults', { kind: 'slow', delayMs: latency });
  const invite = await connector(stackFileIn(directory), ['invite', '--name', `Benchmark ${number}`]);
  const { url, connectionId } = invite as OperatorAnswers['invite'];
  const browser = new Browser();
  const { status } = await zoom.allow(browser, await browser.submit(url));
  if (status !== 200) throw new Problem(`the connection's page answered ${status}`);
  return { zoom, connectionId };
}

/** Has rows of both reports appear that happened evenly in the time up to now, no two of them alike. */
async function addRows(zoom: SimulatedZoom, rows: number, duringMs: number): Promise<void> {
  const now = Date.now();
  const times = (count: number) =>
    Array.from({ length: count }, (_, index) => formatInstant(now - duringMs + ((index + 0.5) / count) * duringMs));
  const { activities, operations } = byReport(rows);
  const all = [
    {
      kind: 'addActivities',
      rows: times(activities).map((time, index) => ({ time, ip_address: `2001:db8::${index.toString(16)}` })),
    },
    {
      kind: 'addOperations',
      rows: times(operations).map((time, index) => ({ time, operation_detail: `Benchmark: ${index}` })),
    },
  ];
  for (const { kind, rows: added } of all) {
    for (let start = 0; start < added.length; start += ROWS_AT_A_TIME) {
      const changes = [{ kind, rows: added.slice(start, start + ROWS_AT_A_TIME) }];
      await zoom.control('POST', 'world', { account: zoom.accountId, changes });
    }
  }
}

async function measureTick(
  deployed: Deployed,
  stack: StackContext['stack'],
  accounts: readonly Account[],
  connections: number,
): Promise<DeployedTick> {
  const callsOf = () => Promise.all(accounts.map(async ({ zoom }) => (await countsOf(zoom)).calls));
  await sleep(LOGS_LATE_MS);
  const [callsBefore, invokedBefore, stream] = [
    await callsOf(),
    await deployed.invocations(),
    await FactStream.fromNow(stack),
  ];
  const beganAt = Date.now();
  const { started } = await deployed.tick();
  if (started !== connections) throw new Problem(`the dispatcher started ${started} of ${connections} syncs`);
  const syncs = await until('all syncs have ended', async () => {
    const found = await deployed.syncsSince(beganAt - 1_000);
    const isOver = found.length >= connections && found.every(({ status }) => status !== 'RUNNING');
    return isOver ? found : undefined;
  });
  const broken = syncs.filter(({ status }) => status !== 'SUCCEEDED').length;
  if (broken > 0) throw new Problem(`${broken} syncs failed`);
  await sleep(LOGS_LATE_MS);

  const invoked = await deployed.invocations();
  const requests = await deployed.requestsSince(beganAt);
  const { reads, writes } = tableUseOf(requests);
  const calls = (await callsOf()).map((after, index) => after - (callsBefore[index] ?? 0));
  return {
    calls: calls.reduce((sum, each) => sum + each, 0),
    callsMost: Math.max(...calls),
    lambdaSeconds: (invoked.billedMs - invokedBefore.billedMs) / 1000,
    workerInvocations: invoked.workers - invokedBefore.workers,
    tableReads: reads,
    tableWrites: writes,
    streamRecords: (await stream.readAll()).length,
    seconds: (Math.max(...syncs.map(({ stopDate }) => stopDate?.getTime() ?? NaN)) - beganAt) / 1000,
    logKb: (invoked.logBytes - invokedBefore.logBytes) / 1024,
    requests: countByName(requests),
  };
}

/** A tick's syncs are named by its minute. */
async function nextMinute(): Promise<void> {
  await sleep(MINUTE_MS - (Date.now() % MINUTE_MS));
}

async function until<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Problem(`it did not come to this in ten minutes: ${what}`);
    await sleep(POLL_MS);
  }
}
