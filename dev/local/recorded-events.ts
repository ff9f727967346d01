import { callEmulator } from './emulator';

/** A call of AWS, as the emulator keeps it when it `recordsCalls`. */
export interface RecordedEvent {
  /** Epoch seconds. */
  readonly EventTime: number;
  /** The operation. */
  readonly EventName: string;
  /** For example `dynamodb.amazonaws.com`. */
  readonly EventSource: string;
  readonly AccessKeyId: string;
  readonly Resources: readonly { readonly ResourceName: string }[];
  /** JSON with `requestParameters`. */
  readonly CloudTrailEvent: string;
}

/** The emulator gives out so many events at most, the newest first. */
const PAGE = 50;
/** Less than two events are apart. */
const TICK_SECONDS = 1e-6;

/**
 * The calls that an emulator at `endpointUrl` has recorded, the newest first.
 *
 * @param which - those with one access key, those since an instant (epoch ms), or both.
 */
export async function* recordedEvents(
  endpointUrl: string,
  which: { readonly accessKeyId?: string; readonly sinceMs?: number },
): AsyncGenerator<RecordedEvent> {
  const { accessKeyId, sinceMs } = which;
  const query = {
    ...(accessKeyId !== undefined && {
      LookupAttributes: [{ AttributeKey: 'AccessKeyId', AttributeValue: accessKeyId }],
    }),
    ...(sinceMs !== undefined && { StartTime: sinceMs / 1000 }),
    MaxResults: PAGE,
  };
  for (let EndTime: number | undefined; ;) {
    const response = await callEmulator(endpointUrl, 'cloudtrail', '/', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'CloudTrail_20131101.LookupEvents',
      },
      body: JSON.stringify({ ...query, EndTime }),
    });
    const { Events } = (await response.json()) as { Events: RecordedEvent[] };
    yield* Events;
    const oldest = Events.at(-1);
    if (oldest === undefined || Events.length < PAGE) return;
    EndTime = oldest.EventTime - TICK_SECONDS;
  }
}
