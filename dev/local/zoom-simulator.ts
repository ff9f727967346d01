import { z } from 'zod';
import { startZoomSimulator } from '../zoom-simulator/simulator';

/** A process that stands in for Zoom until it is stopped. Prints its address when it listens. */
const { CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, WEBHOOK_URL, WEBHOOK_SECRET } = z
  .object({
    CLIENT_ID: z.string(),
    CLIENT_SECRET: z.string(),
    REDIRECT_URI: z.url(),
    WEBHOOK_URL: z.url(),
    WEBHOOK_SECRET: z.string(),
  })
  .parse(process.env);

const simulator = await startZoomSimulator({
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  redirectUris: [REDIRECT_URI],
  webhookUrl: WEBHOOK_URL,
  webhookSecret: WEBHOOK_SECRET,
  // a permission that an admin may leave out, to see what becomes of a stream that is denied
  optionalScopes: ['report:read:operation_logs:admin'],
});
console.log(simulator.url);
