import { Hono } from 'hono';
import { WEBHOOK_PATH } from '../contract/routes';
import type { Reception, WebhookRefusal } from '../core/webhooks/receive-webhook';
import type { WebhookRequest } from '../core/webhooks/signature';

/** Zoom sends again what is answered with 500 and above, and nothing else. */
const REFUSED_STATUS = {
  tooLarge: 413,
  unsigned: 401,
  stale: 401,
  forged: 401,
  malformed: 400,
} as const satisfies Record<WebhookRefusal, number>;

export interface WebhooksDeps {
  readonly receive: (request: WebhookRequest) => Promise<Reception>;
  /** Is told what became of each webhook. */
  readonly report: (reception: Reception) => void;
  /** Is told each error that nobody foresaw. */
  readonly reportFault: (error: unknown) => void;
}

/** What Zoom reaches. Answers hold nothing but what a check of the address asks for. */
export function makeWebhooksApp({ receive, report, reportFault }: WebhooksDeps): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    reportFault(error);
    return c.body(null, 500);
  });
  app.post(WEBHOOK_PATH, async (c) => {
    const reception = await receive({
      timestamp: c.req.header('x-zm-request-timestamp'),
      signature: c.req.header('x-zm-signature'),
      body: new Uint8Array(await c.req.arrayBuffer()),
    });
    report(reception);
    switch (reception.kind) {
      case 'refused':
        return c.body(null, REFUSED_STATUS[reception.why]);
      case 'notNow':
        return c.body(null, 503);
      case 'urlValidation': {
        const { plainToken, encryptedToken } = reception;
        return c.json({ plainToken, encryptedToken });
      }
      case 'passedOn':
      case 'repeated':
      case 'foreign':
      case 'unused':
        return c.body(null, 204);
    }
  });
  return app;
}
