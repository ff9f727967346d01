import type { Capability, Connection, LastSync, Plan } from '../../contract/connection';
import type { IconName } from './icons';

export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'idle';

/** A state as a person sees it: a word and an icon first, a colour on top. */
export interface StateWords {
  readonly label: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

/** The connection's status in a word, and what it means for the person who looks. */
export function statusWords(connection: Connection, backfillDays: number): StateWords & { readonly meaning: string } {
  if (connection.mergedInto !== null) {
    return {
      label: 'Merged',
      icon: 'merge',
      tone: 'idle',
      meaning:
        'This Zoom account was connected before, so its existing connection was renewed instead of making a second one. Nothing was lost, and nothing more is to do here.',
    };
  }
  switch (connection.status) {
    case 'pending':
      return {
        label: 'Pending',
        icon: 'clock',
        tone: 'idle',
        meaning: 'An owner or admin of the Zoom account has not allowed the connector yet. Nothing is read until then.',
      };
    case 'backfilling':
      return {
        label: 'Backfilling',
        icon: 'sync',
        tone: 'info',
        meaning: `Zoom has given its permission. All users and the last ${days(backfillDays)} of activity are being read now; after that, new activity is read by itself. You can close this page.`,
      };
    case 'connected':
      return {
        label: 'Connected',
        icon: 'check-circle',
        tone: 'ok',
        meaning: 'The history has been read, and new activity is read as it appears. Nobody needs to do anything.',
      };
    case 'degraded':
      return {
        label: 'Degraded',
        icon: 'alert',
        tone: 'warn',
        meaning:
          'Something that could be read before is failing, missing or late now. Everything else is still being read.',
      };
    case 'reconnect_needed':
      return {
        label: 'Reconnect needed',
        icon: 'alert',
        tone: 'bad',
        meaning:
          'Zoom no longer accepts the permission: it was removed in Zoom, it lapsed, or the person who gave it lost their role. What was read so far is kept. An owner or admin has to allow it once more.',
      };
    case 'paused':
      return {
        label: 'Paused',
        icon: 'pause',
        tone: 'idle',
        meaning: 'The team that runs the connector has paused reading. When resumed, it goes on from where it stopped.',
      };
    case 'disconnecting':
      return {
        label: 'Disconnecting',
        icon: 'sync',
        tone: 'idle',
        meaning:
          'Reading has stopped. The permission is being given back to Zoom, and what is left is being cleaned up.',
      };
    case 'disconnected':
      return {
        label: 'Disconnected',
        icon: 'minus',
        tone: 'idle',
        meaning:
          'The connector has no access to this Zoom account any more. To connect the account again takes a new invite.',
      };
    case 'refused':
      return {
        label: 'Refused',
        icon: 'cross',
        tone: 'bad',
        meaning:
          'Somebody allowed the connector whose role or Zoom plan does not let it read what it needs. Nothing was read.',
      };
  }
}

/** What the button that leads to Zoom says, and whether it is the thing to do now; `null` when consent would not help. */
export function consentOffer(connection: Connection): { readonly label: string; readonly primary: boolean } | null {
  if (connection.mergedInto !== null) return null;
  switch (connection.status) {
    case 'pending':
    case 'refused':
      return { label: 'Connect in Zoom', primary: true };
    case 'reconnect_needed':
      return { label: 'Reconnect in Zoom', primary: true };
    case 'degraded':
      return { label: 'Reconnect in Zoom', primary: false };
    case 'connected':
      return connection.capabilities.some((capability) => capability.state === 'unavailable')
        ? { label: 'Reconnect in Zoom', primary: false }
        : null;
    case 'backfilling':
    case 'paused':
    case 'disconnecting':
    case 'disconnected':
      return null;
  }
}

export const CAPABILITY_WORDS: { readonly [State in Capability['state']]: StateWords } = {
  available: { label: 'Available', icon: 'check-circle', tone: 'ok' },
  unavailable: { label: 'Not available', icon: 'minus', tone: 'warn' },
  unknown: { label: 'Not tried yet', icon: 'question', tone: 'idle' },
};

/** Of a kind of fact that should have been read since, and was not. */
export const BEHIND_WORDS: StateWords = { label: 'Behind', icon: 'clock', tone: 'warn' };

export const LAST_SYNC_WORDS: { readonly [Result in LastSync['result']]: StateWords } = {
  ok: { label: 'Complete', icon: 'check-circle', tone: 'ok' },
  partial: { label: 'Partly', icon: 'alert', tone: 'warn' },
  failed: { label: 'Failed', icon: 'cross', tone: 'bad' },
};

const STREAMS: Readonly<Record<string, { name: string; icon: IconName }>> = {
  user: { name: 'Users', icon: 'users' },
  user_activity: { name: 'Sign-in and sign-out activity', icon: 'sign-in' },
  admin_operation: { name: 'Admin operation logs', icon: 'list' },
};

/** A kind of fact as a person calls it; one that is not known here keeps its own name. */
export function streamWords(stream: string): { name: string; icon: IconName } {
  return STREAMS[stream] ?? { name: stream, icon: 'list' };
}

const PLANS: { readonly [P in Plan]: string } = {
  free: 'Basic (free)',
  pro: 'Pro',
  business: 'Business or above',
  unknown: 'Not known',
};

export function planWords(plan: Plan): string {
  return PLANS[plan];
}

export function days(count: number): string {
  return count === 1 ? 'day' : `${count}\u00a0days`;
}
