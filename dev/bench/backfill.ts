import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListrTask } from 'listr2';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import type { ConnectionRecord } from '../../lambdas/core/connections/connection-record';
import { Browser } from '../local/browser';
import { runSteps } from '../local/command-line';
import { connector } from '../local/connector';
import { FactStream } from '../local/fact-stream';
import { writePrivateJson } from '../local/files';
import { Problem } from '../local/problem';
import { ProcessList } from '../local/process-list';
import type { Processes } from '../local/processes';
import type { SimulatedZoom } from '../local/simulated-zoom';
import { stackFileIn, stackSteps, type StackContext } from '../local/stack';
import { Deployed } from './deployed';
import { floorOf } from './floor';
import { countsOf, createAccount, datesRead, orderFaults, readTruth, type ZoomCounts } from './measured-zoom';
import type { BackfillOptions } from './options';
import { lookAt, type ProcessorUse, usedBetween } from './processor';
import type { Measured } from './result';
import { listsOf, readSerially, type SerialReading } from './serial';
import { chainsOf, compare, factOf, type Truth } from './truth';

const POLL_MS = 250;
/** After so many times the floor, and two minutes more, a backfill has got stuck. */
const PATIENCE = 10;

/** What is measured from. */
interface Beginning {
  readonly load: number;
  readonly zoom: ZoomCounts;
  readonly processor: ProcessorUse | undefined;
}

interface Findings {
  zoom: SimulatedZoom;
  connectionId: string;
  beginning: Beginning;
  connection: ConnectionRecord;
  processorAtEnd: ProcessorUse | undefined;
  zoomAtEnd: ZoomCounts;
  truth: Truth;
  measured: Measured;
  serial?: SerialReading;
}

type Step = ListrTask<Findings>;

/**
 * Measures a first backfill, on a stack that is set up for nothing else.
 *
 * @param directory - the stack's own, empty.
 */
export async function measureBackfill(directory: string, processes: Processes, options: BackfillOptions) {
  const config = join(directory, 'bench-config.json');
  writePrivateJson(config, configFor(options));
  const context = await runSteps(stackSteps(directory, processes, { config }), process.stderr);
  return runSteps(measuringSteps(directory, context, options), process.stderr);
}

/** Nothing else runs: neither consumers of the stream nor a sync. */
function configFor({ days, share }: BackfillOptions) {
  return {
    backfill: { days },
    quota: { perSecondShare: share, perDayShare: 1 },
    sync: { everyMinutes: 60 },
    sampleConsumer: false,
  };
}

function measuringSteps(directory: string, { stack, zoomUrl }: StackContext, options: BackfillOptions): Step[] {
  const deployed = new Deployed(stack);
  const list = ProcessList.of(directory);
  const parts = { emulator: list.pidOf('emulator'), 'zoom-simulator': list.pidOf('zoom-simulator') };

  const account: Step = {
    title: 'Make the Zoom account',
    task: async (findings) => {
      findings.zoom = await createAccount(zoomUrl, options);
      // Zoom is not cold when somebody comes: a simulator that is answers late, and counts calls late
      await readTruth(findings.zoom, datesRead(Date.now(), options.days).slice(0, 2));
    },
  };
  const consent: Step = {
    title: 'Consent',
    task: async (findings) => {
      const { zoom } = findings;
      const invite = await connector(stackFileIn(directory), ['invite', '--name', 'Benchmark']);
      const { url, connectionId } = invite as OperatorAnswers['invite'];
      const browser = new Browser();
      const consentPage = await browser.submit(url);
      const load = loadavg()[0] ?? 0;
      const { status } = await zoom.allow(browser, consentPage);
      if (status !== 200) throw new Problem(`the connection's page answered ${status}`);
      // the probes of the consent are over, and the first page has not been asked for
      findings.beginning = { load, zoom: await countsOf(zoom), processor: lookAt(parts) };
      await orderFaults(zoom, options.faults);
      findings.connectionId = connectionId;
    },
  };
  const backfill: Step = {
    title: 'Backfill',
    task: async (findings, task) => {
      const startedAt = performance.now();
      for (;;) {
        await sleep(POLL_MS);
        const connection = await deployed.connection(findings.connectionId);
        const seconds = (performance.now() - startedAt) / 1000;
        task.title = `Backfill: ${connection.status} after ${seconds.toFixed(0)} s`;
        if (connection.status === 'connected') {
          findings.connection = connection;
          break;
        }
        if (connection.status !== 'backfilling' || seconds > patienceFor(options)) {
          throw new Problem(`the backfill did not succeed: ${connection.status} ${connection.reason ?? ''}`);
        }
      }
      findings.processorAtEnd = lookAt(parts);
      findings.zoomAtEnd = await countsOf(findings.zoom);
      await findings.zoom.control('DELETE', 'faults');
    },
  };
  const judge: Step = {
    title: "Hold the stream against Zoom's truth",
    task: async (findings) => {
      const dates = datesRead(Date.parse(findings.connection.backfill?.startedAt ?? ''), options.days);
      findings.truth = await readTruth(findings.zoom, dates);
      findings.measured = await measure(findings, deployed, await FactStream.fromStart(stack), options);
    },
  };
  const serial: Step = {
    title: 'Read with a plain reader beside it',
    enabled: options.compare === 'serial',
    task: async (findings) => {
      const { zoom, connectionId, truth } = findings;
      await zoom.control('POST', 'faults', { kind: 'slow', delayMs: options.latency });
      const token = await deployed.accessToken(connectionId);
      findings.serial = await readSerially(deployed.dynamodb, token, listsOf(zoomUrl, truth));
    },
  };
  return [account, consent, backfill, judge, serial];
}

async function measure(
  { beginning, connection, processorAtEnd, zoomAtEnd, truth }: Findings,
  deployed: Deployed,
  stream: FactStream,
  { plan, share, latency }: BackfillOptions,
): Promise<Measured> {
  const { backfill, zoomAccountId } = connection;
  if (backfill === null || zoomAccountId === null) throw new Error('the connection tells of no backfill');
  const records = await stream.readAll();
  const history = await deployed.history(backfill.executionArn);
  const startMs = history[0]?.timestamp?.getTime() ?? NaN;
  const { itemsStored, lambdaSeconds } = await deployed.runLogs();
  const calledAtMs = zoomAtEnd.callsAtMs.slice(beginning.zoom.callsAtMs.length);
  return {
    seconds: (Date.parse(backfill.endedAt ?? '') - startMs) / 1000,
    ...floorOf(chainsOf(truth), { plan, share: { perSecond: share, perDay: 1 }, latencyMs: latency, startMs }),
    calls: zoomAtEnd.calls - beginning.zoom.calls,
    throttled: zoomAtEnd.throttled - beginning.zoom.throttled,
    faultsInjected: zoomAtEnd.faultsInjected,
    ...compare(
      truth.facts,
      records.map(({ kind, raw }) => factOf(kind, raw)),
    ),
    streamRecords: records.length,
    ledgerWrites: await deployed.ledgerWrites(zoomAccountId),
    tableWrites: itemsStored,
    lambdaSeconds,
    historyEvents: history.length,
    firstCallSeconds: ((calledAtMs[0] ?? NaN) - startMs) / 1000,
    lastCallSeconds: ((calledAtMs.at(-1) ?? NaN) - startMs) / 1000,
    ...usedBetween(beginning.processor, processorAtEnd),
    loadBefore: beginning.load,
  };
}

/** Seconds. */
function patienceFor({ users, perDay, days, plan, share, latency }: BackfillOptions): number {
  const rows = Array.from({ length: days + 1 }, () => perDay);
  const chains = chainsOf({ users: { active: users }, reports: { user_activity: rows, admin_operation: rows } });
  const conditions = { plan, share: { perSecond: share, perDay: 1 }, latencyMs: latency, startMs: Date.now() };
  return PATIENCE * floorOf(chains, conditions).floorSeconds + 120;
}
