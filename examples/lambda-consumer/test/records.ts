import { marshall } from '@aws-sdk/util-dynamodb';

/** A fact as it is on the stream, with what a test cares for. */
export function userFact({ state = 'present', ...raw }: Readonly<Record<string, unknown>>) {
  return {
    pk: '5f0c2e9a41b7d386#02',
    sk: 'user#55e236c28ceb15348e00248e23b1b7b5',
    v: 1,
    id: '55e236c28ceb15348e00248e23b1b7b5',
    kind: 'user',
    connectionId: '5f0c2e9a41b7d386',
    zoomAccountId: 'Nw3kQ8rTSdeVb1XyZ0aFgA',
    time: '2023-09-10T18:02:07Z',
    raw: { id: '1x6E_iJ6uJoDSjfW7IFLCg', email: 'leo.kim@example.com', status: 'active', role_id: '2', ...raw },
    state,
  };
}

/** What an admin did. */
export function operationFact(more: Readonly<Record<string, unknown>> = {}) {
  return {
    pk: '5f0c2e9a41b7d386#56',
    sk: 'admin_operation#2026-09-28T07:15:30Z#a71389f831f5d4b2b3bfb18e468e109f',
    v: 1,
    id: 'a71389f831f5d4b2b3bfb18e468e109f',
    kind: 'admin_operation',
    connectionId: '5f0c2e9a41b7d386',
    zoomAccountId: 'Nw3kQ8rTSdeVb1XyZ0aFgA',
    time: '2026-09-28T07:15:30Z',
    actor: 'admin@example.com',
    raw: {
      time: '2026-09-28T07:15:30Z',
      operator: 'admin@example.com',
      category_type: 'Account',
      action: 'Update',
      operation_detail: 'Security  - Sign in with Two-Factor Authentication: from On to Off',
    },
    expiresAt: 1822115730,
    ...more,
  };
}

/** A record of the stream. @param before - what it was, of a change. */
export function streamRecord(fact: object, { eventID = '1', before }: { eventID?: string; before?: object } = {}) {
  return {
    eventID,
    eventName: before === undefined ? 'INSERT' : 'MODIFY',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      SequenceNumber: eventID,
      NewImage: marshall(fact),
      ...(before !== undefined && { OldImage: marshall(before) }),
    },
  };
}

/** The same fact as a message of the replay queue. */
export function replayedRecord(fact: object) {
  return { eventName: 'INSERT', eventSource: 'zoom-connector:replay', dynamodb: { NewImage: marshall(fact) } };
}
