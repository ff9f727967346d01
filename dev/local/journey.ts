import { setTimeout as sleep } from 'node:timers/promises';
import type { ListrTask } from 'listr2';
import type { Connection } from '../../lambdas/contract/connection';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import { Browser } from './browser';
import { connector } from './connector';
import { FactStream } from './fact-stream';
import { Problem } from './problem';
import { SimulatedZoom } from './simulated-zoom';
import { stackFileIn, type StackContext } from './stack';

/** The address of the sign-in that the journey looks for at its end; no other row of the simulator has it. */
const NEW_ADDRESS = '198.51.100.42';

const BACKFILL_WITHIN_MS = 120_000;
const RECORD_WITHIN_MS = 90_000;
const POLL_MS = 1000;

/** What the steps of the journey find out. */
interface JourneyContext {
  invite: OperatorAnswers['invite'];
  zoom: SimulatedZoom;
}

type Step = ListrTask<JourneyContext>;

/**
 * The way of a connection, from the invite to a record that a downstream system reads: by the operator CLI, the pages,
 * Zoom and the stream, as everybody concerned uses them.
 *
 * @param directory - of a stack that is up, with the simulator.
 */
export function journeySteps(directory: string, { stack, zoomUrl }: StackContext): Step[] {
  const stackFile = stackFileIn(directory);
  const statusOf = async (id: string): Promise<Connection> =>
    (await connector(stackFile, ['status', id])) as OperatorAnswers['status'];

  const invite: Step = {
    title: 'The operator invites a Zoom admin',
    task: async (context) => {
      const answer = await connector(stackFile, ['invite', '--name', 'Acme']);
      context.invite = answer as OperatorAnswers['invite'];
    },
  };
  const consent: Step = {
    title: 'The admin opens the invite, goes to Zoom and allows',
    task: async (context) => {
      const { invite } = context;
      const browser = new Browser();
      context.zoom = await SimulatedZoom.at(zoomUrl);
      expectOk(await browser.open(invite.url), 'the invite');
      const consentPage = await browser.submit(invite.url);
      expectOk(consentPage, "Zoom's consent page");
      expectOk(await context.zoom.allow(browser, consentPage), "the connection's page");
    },
  };
  const backfill: Step = {
    title: 'The backfill reads all users and the last 7 days',
    task: async ({ invite }, task) => {
      const connected = await until(BACKFILL_WITHIN_MS, 'the backfill did not end', async () => {
        const { status, reason, backfill } = await statusOf(invite.connectionId);
        if (backfill) task.output = `${backfill.shardsDone} of ${backfill.shardsTotal} shards, ${backfill.facts} facts`;
        if (status === 'connected') return backfill;
        if (status === 'pending' || status === 'backfilling') return undefined;
        throw new Problem(`the connection went ${status}: ${reason ?? 'no reason given'}`);
      });
      task.title = `Connected: ${connected.facts} facts from ${connected.calls} calls to Zoom in ${connected.shardsTotal} shards`;
    },
  };
  const newActivity: Step = {
    title: 'Somebody signs in to Zoom, and the fact appears on the stream',
    task: async ({ invite, zoom }, task) => {
      const stream = await FactStream.fromNow(stack);
      await zoom.signIn(NEW_ADDRESS);
      await connector(stackFile, ['sync', invite.connectionId]);
      const fact = await until(RECORD_WITHIN_MS, 'no record came', async () =>
        (await stream.readNew()).find(({ raw }) => raw['ip_address'] === NEW_ADDRESS),
      );
      task.title = `On the stream: ${fact.kind} of ${fact.actor} from ${NEW_ADDRESS} at ${fact.time}`;
    },
  };
  return [invite, consent, backfill, newActivity];
}

function expectOk({ status, url }: { readonly status: number; readonly url: string }, what: string): void {
  if (status !== 200) throw new Problem(`${what} answered ${status} at ${new URL(url).origin}`);
}

/** Asks again until there is an answer. @throws {@link Problem} when none comes in time. */
async function until<T>(withinMs: number, problem: string, ask: () => Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer) return answer;
    await sleep(POLL_MS);
  }
  throw new Problem(`${problem} within ${withinMs / 1000} s`);
}
