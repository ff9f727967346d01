import type { Image } from './ports';

/** A record of the stream, as far as a fact that is stored can stand for one; `docs/stream.md` is its contract. */
interface ReplayedRecord {
  readonly eventName: 'INSERT';
  readonly eventSource: 'zoom-connector:replay';
  readonly dynamodb: {
    /** Epoch seconds; of what is as old, the stream's record is the later one. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Image;
    readonly NewImage: Image;
  };
}

/**
 * A fact as a message of the replay queue: JSON that whoever handles records of the stream can handle.
 *
 * @param readAt - when the reading began, epoch ms: all that the stream tells of later happened after it.
 */
export function messageOf(image: Image, readAt: number): string {
  const record: ReplayedRecord = {
    eventName: 'INSERT',
    eventSource: 'zoom-connector:replay',
    dynamodb: {
      // the stream's times are whole seconds: what it tells of the second of the reading may be newer
      ApproximateCreationDateTime: Math.floor(readAt / 1000) - 1,
      Keys: { pk: image['pk'], sk: image['sk'] },
      NewImage: image,
    },
  };
  // SQS does not take these two as they are
  return JSON.stringify(record).replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}
