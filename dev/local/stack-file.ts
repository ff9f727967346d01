import { z } from 'zod';

/** Everything that a client of a local stack needs to know; `local up` writes it to `.local/stack.json`. */
export const StackFile = z.object({
  endpointUrl: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  consoleUrl: z.string(),
  callbackUrl: z.string(),
  webhookUrl: z.string(),
  /** The CloudFormation stack's outputs by name. */
  outputs: z.record(z.string(), z.string()),
});
export type StackFile = z.infer<typeof StackFile>;
