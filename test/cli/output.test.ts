import { describe, expect, it, jest } from '@jest/globals';
import {
  disconnectAllLines,
  disconnectLines,
  printJson,
  printLines,
  replayStartedLines,
  statusLines,
} from '../../cli/output';
import type { BackfillView, Connection, Freshness } from '../../lambdas/contract/connection';
import { BACKFILLING, connection } from '../lambdas/web/support';
import { HOUR, MINUTE, NOW, instant } from '../support/clock';
import { disconnectRecord } from '../support/connections';

/** What the lines about a running backfill say, but for what `change` says. */
function backfillLines(change: Partial<BackfillView> = {}): string[] {
  const { backfill } = BACKFILLING;
  return statusLines(connection({ backfill: backfill && { ...backfill, ...change } })).slice(1);
}

describe('the status for a person', () => {
  it('says how far a backfill is, how fast, and how long it takes', () => {
    expect(backfillLines()).toEqual([
      '  backfill: running, 7 of 17 parts, 61420 facts, 214 calls at 4.6 a second, 62 % of the time waiting for Zoom, about 4 minutes left',
    ]);
  });

  it('says of one that has ended what it came to', () => {
    const ended = { state: 'done', callsPerSecond: null, waitingShare: null, etaSeconds: null } as const;
    expect(backfillLines(ended)).toEqual(['  backfill: done, 7 of 17 parts, 61420 facts, 214 calls']);
  });

  it.each<[string, Partial<BackfillView>]>([
    ["waiting for Zoom's daily quota until 2026-10-13T00:00:00Z", { waitingUntil: '2026-10-13T00:00:00Z' }],
    ['some parts fail: Zoom answered 503', { problem: 'Zoom answered 503', throttledByZoom: true }],
    ['Zoom refused calls for their rate, so it reads slower', { throttledByZoom: true }],
    [
      'running since 2026-10-12T08:00:05Z, longer than usual: There is much to read.',
      { overdue: 'There is much to read.', throttledByZoom: true },
    ],
  ])('says below it: %s', (words, change) => {
    expect(backfillLines(change)[1]).toBe(`    ${words}`);
  });
});

describe('how far a kind of fact is read, for a person', () => {
  const lines = (change: Partial<Freshness> = {}) =>
    statusLines(
      connection({
        capabilities: [{ stream: 'user_activity', state: 'available', reason: null, remedy: null }],
        freshness: [
          {
            stream: 'user_activity',
            newest: instant(-50 * HOUR),
            readAt: instant(-4 * MINUTE),
            behind: false,
            problem: null,
            lost: [],
            ...change,
          },
        ],
      }),
      NOW,
    ).slice(2);

  it('is its last reading and its newest fact', () => {
    expect(lines()).toEqual([
      `    last read ${instant(-4 * MINUTE)}, about 4 minutes ago; newest fact from ${instant(-50 * HOUR)}, about 3 days ago`,
    ]);
  });

  it('is nothing before it was read', () => {
    expect(lines({ newest: null, readAt: null })).toEqual([]);
  });

  it('says what is behind, and what went wrong', () => {
    expect(lines({ behind: true, problem: 'HTTP 503' }).slice(1)).toEqual([
      '    BEHIND: it should have been read since',
      '    what went wrong: HTTP 503',
    ]);
  });

  it('says what nobody can read any more', () => {
    expect(lines({ lost: [{ from: '2026-03-12', to: '2026-04-14' }] }).slice(1)).toEqual([
      '    Zoom keeps six months: 2026-03-12 to 2026-04-14 cannot be read any more',
    ]);
  });
});

describe('a JSON document', () => {
  const HOSTILE = { name: 'a\u009b31mb\u202ec\u2028d\u007f\n"e"', tag: '\u{e0001}' };

  function printed(document: unknown): string {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      printJson(document);
      return write.mock.calls.map(([text]) => text as string).join('');
    } finally {
      write.mockRestore();
    }
  }

  it('holds nothing that steers a terminal', () => {
    expect(printed(HOSTILE).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('says the same to a program', () => {
    expect(JSON.parse(printed(HOSTILE))).toEqual(HOSTILE);
  });
});

it('a line for a person holds nothing of a name that steers a terminal', () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  printLines('a\u001b[31m\u009b\u202e\u2066\u2028\r\nforged');
  const text = write.mock.calls.map(([said]) => said as string).join('');
  write.mockRestore();
  expect(text).toBe('a\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDforged\n');
});

describe('a disconnect for a person', () => {
  const connected = { zoomAccountId: 'account-1', connectedAt: null };
  const lines = (change: Parameters<typeof disconnectRecord>[0], status: Connection['status'] = 'disconnected') =>
    disconnectLines(connection({ ...connected, status, disconnect: disconnectRecord(change) })).slice(2);

  it('says how far it is, and how to see more', () => {
    expect(lines({ revokedAtZoom: true, factsPurged: 120 }, 'disconnecting')).toEqual([
      `  disconnect: asked for ${instant()} (by an operator), under way`,
      '    permission at Zoom: ended',
      '    facts: 120 deleted so far',
      '  takes about 12 minutes; see: connector status ID',
    ]);
  });

  it.each([
    [{ revokedAtZoom: false, cause: 'admin' as const }, 'Zoom did not confirm its end', '0 deleted'],
    [{ revokedAtZoom: true, keepFacts: true }, 'ended', 'kept'],
    [{ revokedAtZoom: null }, 'there was none', '0 deleted'],
  ])('says what it came to: %j', (change, permission, facts) => {
    expect(lines({ ...change, endedAt: instant(MINUTE) }).slice(1)).toEqual([
      `    permission at Zoom: ${permission}`,
      `    facts: ${facts}`,
    ]);
  });

  it('says of a connection that nobody took up that it is gone', () => {
    expect(disconnectLines(connection({ status: 'disconnected' }))).toEqual([
      'Contoso (c1): deleted, nobody had connected an account',
    ]);
  });

  it('of all of them says how to wait', () => {
    const answer = { connections: [connection({ status: 'disconnecting' })], failed: 1 };
    expect(disconnectAllLines(answer)).toEqual([
      'c1  Contoso  disconnecting',
      '1 could not be begun: run this again',
      'takes about 12 minutes; wait until all are disconnected: connector connections',
    ]);
  });

  it('of all of them, when there are none, says so', () => {
    expect(disconnectAllLines({ connections: [], failed: 0 })).toEqual(['nothing to disconnect']);
  });
});

it('a replay that has begun says where it sends to, and how to see its end', () => {
  const executionArn = 'arn:aws:states:eu-west-1:1:execution:Replay:replay-1';
  const lines = replayStartedLines({ executionArn, queueUrl: 'https://queue.example' });
  expect(lines.slice(0, 2)).toEqual([`started: ${executionArn}`, 'sends to: https://queue.example']);
  expect(lines[2]).toContain(`aws stepfunctions describe-execution --execution-arn ${executionArn}`);
});
