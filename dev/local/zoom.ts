import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Problem } from './problem';

/** A Zoom Marketplace app's credentials, as `connector app set-credentials` takes them. */
export interface ZoomCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookSecret?: string;
}

/** Credentials for a simulator that serves one local stack. */
export function makeCredentials(): ZoomCredentials {
  const random = (): string => randomBytes(16).toString('base64url');
  return { clientId: random(), clientSecret: random(), webhookSecret: random() };
}

/**
 * The credentials that another stand-in for Zoom knows.
 *
 * @throws {@link Problem} when the environment does not hold them.
 */
export function readCredentials(env: NodeJS.ProcessEnv): ZoomCredentials {
  const parsed = z
    .object({
      ZOOM_CLIENT_ID: z.string().min(1),
      ZOOM_CLIENT_SECRET: z.string().min(1),
      ZOOM_WEBHOOK_SECRET: z.string().min(1).optional(),
    })
    .safeParse(env);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(' and ');
    throw new Problem(`${names} must be in the environment when --zoom is given`);
  }
  const { ZOOM_CLIENT_ID, ZOOM_CLIENT_SECRET, ZOOM_WEBHOOK_SECRET } = parsed.data;
  return { clientId: ZOOM_CLIENT_ID, clientSecret: ZOOM_CLIENT_SECRET, webhookSecret: ZOOM_WEBHOOK_SECRET };
}
