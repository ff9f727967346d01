import { DAY_MS, dayOf, formatDay } from '../zoom-simulator/days';
import type { SimulatorOptions } from '../zoom-simulator/options';

/** The app that the exercises run as. */
export const APP = {
  clientId: 'contractClientId',
  clientSecret: 'contractClientSecret',
  redirectUri: 'http://localhost:8787/oauth/callback',
} as const;

/** A world that holds every kind of answer: more rows than a page, users of every status, a free account. */
export const SIMULATION: SimulatorOptions = {
  clientId: APP.clientId,
  clientSecret: APP.clientSecret,
  redirectUris: [APP.redirectUri],
  optionalScopes: ['report:read:operation_logs:admin'],
  accounts: [
    { id: 'paid', plan: 'business', users: 120, activitiesPerDay: 400, operationsPerDay: 320, historyDays: 3 },
    { id: 'free', plan: 'free', users: 3, admins: 1 },
  ],
};

/** Dates that the world has rows on, both included. */
export function window(nowMs: number): { readonly from: string; readonly to: string } {
  return { from: formatDay(dayOf(nowMs - 2 * DAY_MS)), to: formatDay(dayOf(nowMs)) };
}

/**
 * Does what somebody in front of the consent page does.
 *
 * @param browser - the `fetch` of that browser.
 * @param authorizeUrl - where the app sent it.
 * @param signedInAs - a persona's key.
 * @param extra - further fields of the form.
 * @returns the code.
 */
export async function allow(
  browser: typeof fetch,
  authorizeUrl: string,
  signedInAs: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const url = new URL(authorizeUrl);
  const fields = { ...Object.fromEntries(url.searchParams), signed_in_as: signedInAs, decision: 'allow', ...extra };
  const body = new URLSearchParams(fields);
  const response = await browser(new URL(url.pathname, url), { method: 'POST', body, redirect: 'manual' });
  const code = new URL(response.headers.get('location') ?? '').searchParams.get('code');
  if (code === null) throw new Error(`the consent page answered ${response.status} without a code`);
  return code;
}
