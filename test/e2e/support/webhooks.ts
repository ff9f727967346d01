import { signedHeaders } from '../../../dev/zoom-simulator/webhooks';
import { stack, storedSecrets } from './stack';

/** The secret token that the operator has stored. */
export async function secretToken(): Promise<string> {
  const found = [...(await storedSecrets())].find(([, name]) => name.startsWith('webhookSecret of '));
  if (found === undefined) throw new Error('no secret token is stored');
  return found[0];
}

export interface Posting {
  readonly secretToken: string;
  /** When it is signed, epoch ms. @default now */
  readonly at?: number;
  /** What is sent in place of what was signed. */
  readonly sent?: string;
}

/** Posts a body as Zoom does. @returns the status of the answer. */
export async function postWebhook(
  body: string,
  { secretToken, at = Date.now(), sent = body }: Posting,
): Promise<number> {
  return post(sent, signedHeaders(secretToken, Math.floor(at / 1000), body));
}

/** Posts a body with these headers. @returns the status of the answer. */
export async function post(body: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(stack.webhookUrl, { method: 'POST', headers, body });
  return response.status;
}
