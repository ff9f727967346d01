import { Browser, type Page } from '../../../dev/local/browser';
import type { OperatorAnswers } from '../../../lambdas/contract/operator';
import { ask, stack } from './stack';

/** A browser on its way to Zoom. */
export interface Attempt {
  readonly connectionId: string;
  readonly inviteUrl: string;
  readonly browser: Browser;
  /** Zoom's consent page, where the browser has arrived. */
  readonly consentPage: Page;
  readonly state: string;
}

/** Goes from an invite to Zoom's consent page. */
export async function beginAttempt(name = 'An attempt', browser = new Browser()): Promise<Attempt> {
  const invite = await ask({ command: 'invite', name });
  return goToZoom(invite, browser);
}

/** Goes to Zoom's consent page by an invite that there is. */
export async function goToZoom(
  { connectionId, url: inviteUrl }: OperatorAnswers['invite'],
  browser = new Browser(),
): Promise<Attempt> {
  const consentPage = await browser.submit(inviteUrl);
  const state = new URL(consentPage.url).searchParams.get('state') ?? '';
  return { connectionId, inviteUrl, browser, consentPage, state };
}

/** The address that Zoom sends a browser back to. */
export const callback = (query: Readonly<Record<string, string>>) =>
  `${stack.callbackUrl}?${new URLSearchParams(query).toString()}`;
