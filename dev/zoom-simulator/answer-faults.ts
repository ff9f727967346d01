import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatInstant } from './days';
import type { ArmedFault, Faults, FaultTarget } from './faults';
import { type LimitType, nextMidnight } from './limits';

/** Bodies of the two kinds of 429. */
export const TOO_MANY: Readonly<Record<LimitType, string>> = {
  QPS: 'You have reached the maximum per-second rate limit for this API. Try again later.',
  'Daily-limit':
    'You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.',
};

const DELAY_MS = 30_000;

/** Waits without keeping the process alive. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { ref: false });
}

/** Ends the connection without an answer. */
export function hangUp(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.raw.socket.destroy();
  return reply.hijack();
}

/**
 * Lets a fault answer in place of the endpoint.
 *
 * @returns whether a fault answered; not the reply, because awaiting a reply waits for it to be sent and forgets it.
 */
export async function answerByFault(
  faults: Faults,
  target: FaultTarget,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const slow = faults.strike('slow', target);
  if (slow !== undefined) await pause(slow.delayMs ?? DELAY_MS);
  const hang = faults.strike('hang', target);
  if (hang !== undefined) {
    await pause(hang.delayMs ?? DELAY_MS);
    hangUp(request, reply);
    return true;
  }
  const serverError = faults.strike('serverError', target);
  if (serverError !== undefined) {
    const status = serverError.status ?? 500;
    void reply.code(status).send({ code: status, message: 'Internal server error.' });
    return true;
  }
  const html = faults.strike('html', target);
  if (html !== undefined) {
    const page = '<!doctype html><title>Zoom</title><h1>We will be back soon</h1>';
    void reply
      .code(html.status ?? 200)
      .type('text/html')
      .send(page);
    return true;
  }
  const redirect = faults.strike('redirect', target);
  if (redirect !== undefined) {
    void reply.redirect(redirect.location, redirect.status ?? 302);
    return true;
  }
  return false;
}

/** Which 429 a fault makes of a call, `undefined` when none does. */
export function tooManyByFault(
  faults: Faults,
  target: FaultTarget,
): { type: LimitType; fault: ArmedFault } | undefined {
  const perSecond = faults.strike('tooManyPerSecond', target);
  if (perSecond !== undefined) return { type: 'QPS', fault: perSecond };
  const perDay = faults.strike('tooManyPerDay', target);
  return perDay && { type: 'Daily-limit', fault: perDay };
}

/**
 * Writes a `Retry-After` header.
 *
 * @param form - `date` is what Zoom sends for daily limits; for per-second limits it sends none.
 */
export function retryAfter(
  type: LimitType,
  nowMs: number,
  form: ArmedFault['retryAfter'] = type === 'QPS' ? 'absent' : 'date',
): Record<string, string> {
  if (form === 'absent') return {};
  const untilMs = type === 'QPS' ? nowMs + 1000 : nextMidnight(nowMs);
  return { 'Retry-After': form === 'date' ? formatInstant(untilMs) : String(Math.ceil((untilMs - nowMs) / 1000)) };
}

/** Announces a whole body, sends half of it and breaks off. */
export function truncate(reply: FastifyReply, body: object): FastifyReply {
  const whole = Buffer.from(JSON.stringify(body));
  const cut = Readable.from(
    (function* () {
      yield whole.subarray(0, whole.length / 2);
      throw new Error('cut off on purpose');
    })(),
  );
  return reply.type('application/json; charset=utf-8').header('content-length', whole.length).send(cut);
}
