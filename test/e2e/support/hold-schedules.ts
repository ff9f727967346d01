import { setSchedule } from './schedule';
import { stacks } from './stack';

/** Before all end-to-end tests. */
export default async function holdSchedules(): Promise<void> {
  await Promise.all(stacks.map((stack) => setSchedule('DISABLED', stack)));
}
