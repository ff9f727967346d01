import { setSchedule } from './schedule';
import { stacks } from './stack';

/** After all end-to-end tests: a stack that stays up syncs again. */
export default async function releaseSchedules(): Promise<void> {
  await Promise.all(stacks.map((stack) => setSchedule('ENABLED', stack)));
}
