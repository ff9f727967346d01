import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
} from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Browser } from '../../dev/local/browser';
import type { OperatorAnswers } from '../../lambdas/contract/operator';
import {
  ask,
  cli,
  itemsOf,
  lambda,
  logLines,
  operate,
  output,
  stack,
  stateMachines,
  storedSecrets,
  syncNow,
  until,
  whenStatus,
} from './support/stack';
import { streamRecordsOf } from './support/stream';
import { endRests } from './support/time';
import { ZoomAccount } from './support/zoom-account';

/** Begins everything that is planted, so that one search finds it in whatever form. */
const MARK = `planted${randomBytes(6).toString('hex')}`;

/** What a row of Zoom's can hold and nobody downstream may see, at the top and deep inside. */
const ROW_SECRETS = {
  host_key: `${MARK}-host-key`,
  passcode: `${MARK}-passcode`,
  settings: {
    chat: { authorized_channel_token: `${MARK}-channel`, password: `${MARK}-password` },
    recordings: [
      { download_url: `https://zoom.example/${MARK}`, play_url: `https://zoom.example/${MARK}` },
      { recording_play_passcode: `${MARK}-play`, download_access_token: `${MARK}-download` },
    ],
    meetings: [{ join_url: `https://zoom.example/j/1?pwd=${MARK}`, start_url: `https://zoom.example/s/1?zak=${MARK}` }],
  },
};

describe('secrets that were planted everywhere', () => {
  /** By value, what each secret is: tokens of all ages, credentials, codes, states, links, sessions. */
  const secrets = new Map<string, string>([[MARK, 'what was planted']]);
  let connectionId: string;
  let places: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const account = await ZoomAccount.create({ users: 10, activitiesPerDay: 40 });
    const [user] = await account.truth('users');
    await account.change(
      { kind: 'changeUser', user: user?.['id'], fields: ROW_SECRETS },
      { kind: 'addActivities', rows: [ROW_SECRETS] },
      { kind: 'addOperations', rows: [ROW_SECRETS] },
    );
    const answers: string[] = [];

    const invite = await ask({ command: 'invite', name: 'Planted' });
    ({ connectionId } = invite);
    note(invite.url.split('/').at(-1), 'the token of an invite');
    const browser = new Browser();

    // Zoom says of a code that it does not know which one it was
    const refused = await browser.submit(invite.url);
    const state = noteState(refused.url);
    const query = new URLSearchParams({ state, code: `${MARK}-code` });
    answers.push((await browser.open(`${stack.callbackUrl}?${query.toString()}`)).text);

    const consentPage = await browser.submit(invite.url);
    noteState(consentPage.url);
    answers.push((await account.decide(browser, consentPage, 'allow')).text);
    await noteStored();
    const faults = await Promise.all(
      ['serverError', 'html', 'truncated'].map((kind) => account.fail({ kind, rate: 0.1 })),
    );
    await account.expireTokens();
    await until('the end of the backfill', async () => {
      await noteStored();
      await endRests(connectionId);
      const { status } = await operate<OperatorAnswers['status']>('status', connectionId);
      return status === 'backfilling' ? undefined : status;
    });
    await Promise.all(faults.map((end) => end()));
    await syncNow(connectionId);
    await account.revokeGrants();
    await syncNow(connectionId).catch(() => undefined);
    await whenStatus(connectionId, 'reconnect_needed');
    await account.reconnect(connectionId);
    await whenStatus(connectionId, 'connected');
    await noteStored();

    const link = await ask({ command: 'link' });
    const token = note(link.url.split('/').at(-1), 'the token of a sign-in link');
    const signIn = await fetch(link.url, {
      method: 'POST',
      headers: { origin: stack.consoleUrl },
      redirect: 'manual',
    });
    const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    note(cookie.split('=')[1], 'the id of a session');
    const pages = ['/', `/connections/${connectionId}`, '/api/connections', `/api/connections/${connectionId}`];
    const shown = await Promise.all(
      pages.map(async (path) => (await fetch(`${stack.consoleUrl}${path}`, { headers: { cookie } })).text()),
    );
    // what is shown once it was used, and what is not understood
    answers.push(await (await fetch(`${stack.consoleUrl}/session/${token}`)).text());
    const Payload = JSON.stringify({ command: 'set-credentials', clientId: 7, clientSecret: `${MARK}-client-secret` });
    const refusal = await lambda.send(new InvokeCommand({ FunctionName: output('OperatorFunctionName'), Payload }));
    answers.push(refusal.Payload?.transformToString() ?? '');
    const commands = [['connections'], ['status', connectionId], ['dead-letters', 'list']];
    const said = await Promise.all(
      commands
        .flatMap((command) => [cli(...command), cli(...command, '--json')])
        .map(async (answer) => {
          const { stdout, stderr } = await answer;
          return stdout + stderr;
        }),
    );

    places = {
      logs: (await logLines()).join('\n'),
      facts: JSON.stringify(await itemsOf('FactsTableName')),
      stream: JSON.stringify(await streamRecordsOf(connectionId)),
      control: JSON.stringify(await itemsOf('ControlTableName')),
      workflows: await workflowTexts(),
      pages: shown.join('\n'),
      answers: `${answers.join('\n')} ${connectionId}`,
      commands: said.join('\n'),
    };
  });

  it('are of every kind: tokens of several ages, credentials, codes, states, links and sessions', () => {
    const kinds = new Set([...secrets.values()].map((what) => what.replace(/ of .*connections.*/, '')));
    expect([...kinds].join(', ')).toMatch(/accessToken.*refreshToken/s);
    expect([...secrets.values()].filter((what) => what.startsWith('refreshToken')).length).toBeGreaterThan(2);
    for (const what of ['clientSecret', 'the token of an invite', 'the id of a session', 'a state']) {
      expect([...secrets.values()].some((known) => known.startsWith(what))).toBe(true);
    }
  });

  it.each(['logs', 'facts', 'stream', 'control', 'workflows', 'pages', 'answers', 'commands'])(
    'are not found in: %s',
    (place) => {
      const text = places[place] ?? '';
      const found = [...secrets].filter(([value]) => text.includes(value)).map(([, what]) => what);

      expect(text).toContain(connectionId);
      expect(found).toEqual([]);
    },
  );

  it('are dropped from rows of which the rest is kept', () => {
    for (const kind of ['user', 'user_activity', 'admin_operation']) {
      expect(places['facts']).toMatch(new RegExp(`"kind":"${kind}"`));
    }
    expect(places['facts']).toContain('"recordings"');
  });

  function note(value: string | undefined, what: string): string {
    if (value === undefined || value.length < 20) throw new Error(`${what} is missing`);
    secrets.set(value, what);
    return value;
  }

  function noteState(consentPage: string): string {
    return note(new URL(consentPage).searchParams.get('state') ?? undefined, 'a state');
  }

  async function noteStored(): Promise<void> {
    for (const [value, what] of await storedSecrets()) secrets.set(value, what);
  }
});

/** Input, output and history of every execution of the stack. */
async function workflowTexts(): Promise<string> {
  const texts: unknown[] = [];
  const { stateMachines: machines = [] } = await stateMachines.send(new ListStateMachinesCommand({}));
  for (const { stateMachineArn } of machines) {
    for await (const { executions = [] } of paginateListExecutions({ client: stateMachines }, { stateMachineArn })) {
      for (const { executionArn } of executions) {
        texts.push(await stateMachines.send(new DescribeExecutionCommand({ executionArn })));
        for await (const page of paginateGetExecutionHistory({ client: stateMachines }, { executionArn })) {
          texts.push(page.events);
        }
      }
    }
  }
  return JSON.stringify(texts);
}
