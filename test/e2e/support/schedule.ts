import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { clientSettings, stack } from './stack';

/**
 * Has the schedule of a stack's syncs run, or rest. It rests while the tests run, so that no sync comes between two steps
 * of one that counts what Zoom is asked; `tick` stands for it where a test needs one.
 */
export async function setSchedule(State: 'ENABLED' | 'DISABLED', of = stack): Promise<void> {
  const scheduler = new SchedulerClient(clientSettings(of));
  const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
  for (const { Name, GroupName } of Schedules) {
    const { ScheduleExpression, FlexibleTimeWindow, Target } = await scheduler.send(
      new GetScheduleCommand({ Name, GroupName }),
    );
    await scheduler.send(
      new UpdateScheduleCommand({ Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target, State }),
    );
  }
}
