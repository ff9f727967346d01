import { AUDIT_KIND } from '../../contract/fact';
import type { ReplayOutcome, ReplayRequest, ReplayTask } from '../../contract/workflow';
import { auditStretch } from '../audit/audit-fact';
import { type ConnectionRecord, isEnded } from '../connections/connection-record';
import { type KeyStretch, factStretches } from '../facts/fact-key';
import { messageOf } from './message';
import { type FactPage, type Image, LARGEST_MESSAGE, type ReplayPorts } from './ports';

/** Stretches that are read side by side: most of a small connection's are empty, and a round takes as long as one of them. */
const AT_ONCE = 32;

/** Whose facts are sent. */
interface Subject {
  /** `null`: those about no connection. */
  readonly connectionId: string | null;
  /** Whether its facts are being deleted, or were. */
  readonly isPurged: boolean;
}

/**
 * Sends stored facts to the replay queue, and changes none: each that stays stored while the replay runs at least once. A
 * turn may be killed anywhere and repeated.
 *
 * @param deadline - epoch ms at which the turn ends; what is left is for the next.
 */
export function makeReplayFacts({ connections, facts, queue, clock, log }: ReplayPorts) {
  return async function replayFacts(task: ReplayTask, deadline: number): Promise<ReplayOutcome> {
    let { sent, tooLarge } = task;
    for await (const subject of subjectsOf(task)) {
      const { connectionId } = subject;
      const stretches = stretchesOf(subject, task);
      const { cursor } = task;
      let { begun, open } = cursor?.connectionId === connectionId ? cursor : { begun: 0, open: [] };

      while (begun < stretches.length || open.length > 0) {
        const next = stretches.slice(begun, begun + AT_ONCE - open.length).map((_, i) => ({ stretch: begun + i }));
        const round: readonly { stretch: number; after?: string }[] = [...open, ...next];
        const readAt = clock.now();
        const pages = await Promise.all(round.map(({ stretch, after }) => page(stretches[stretch], after)));
        const images = pages.flatMap((page) => page.images);
        const messages = messagesOf(images, readAt);
        await queue.send(messages);

        sent += messages.length;
        tooLarge += images.length - messages.length;
        begun += next.length;
        open = round.flatMap(({ stretch }, i) => {
          const after = pages[i]?.last;
          return after === undefined ? [] : [{ stretch, after }];
        });
        if (clock.now() >= deadline) {
          return { ...task, outcome: 'again', sent, tooLarge, cursor: { connectionId, begun, open } };
        }
      }
    }
    return { outcome: 'done', sent, tooLarge };
  };

  /** Those whose facts are left to be sent, in the order of their ids. */
  async function* subjectsOf({ connectionId, cursor }: ReplayTask): AsyncIterable<Subject> {
    if (connectionId !== null) {
      yield { connectionId, isPurged: isPurged(await connections.find(connectionId)) };
      return;
    }
    const from = cursor?.connectionId ?? null;
    if (from === null) yield { connectionId: null, isPurged: false };
    for await (const connection of connections.list()) {
      if (from === null || connection.id >= from) yield { connectionId: connection.id, isPurged: isPurged(connection) };
    }
  }

  async function page(stretch: KeyStretch | undefined, after: string | undefined): Promise<FactPage> {
    return stretch === undefined ? { images: [] } : facts.read(stretch, after);
  }

  function messagesOf(images: readonly Image[], readAt: number): string[] {
    return images.flatMap((image) => {
      const message = messageOf(image, readAt);
      if (Buffer.byteLength(message) <= LARGEST_MESSAGE) return message;
      log.tooLarge(image['id']);
      return [];
    });
  }
}

/**
 * Where the facts are: always so many stretches in the same order, so that a cursor holds; `undefined` where they are being
 * deleted. What somebody wants deleted is not sent out once more.
 */
function stretchesOf(
  { connectionId, isPurged }: Subject,
  { kinds, ...dates }: ReplayRequest,
): (KeyStretch | undefined)[] {
  return kinds.flatMap((kind) => {
    if (kind === AUDIT_KIND) return auditStretch(connectionId, dates);
    if (connectionId === null) return [];
    return factStretches(connectionId, kind, dates).map((stretch) => (isPurged ? undefined : stretch));
  });
}

function isPurged(connection: ConnectionRecord | undefined): boolean {
  return connection !== undefined && isEnded(connection) && connection.disconnect?.keepFacts !== true;
}
