import { describe, expect, it } from '@jest/globals';
import { ALL_OPTIONS, synthesise } from '../support/synthesis';

const byDefault = synthesise();
const often = synthesise({ sync: { everyMinutes: 1 } });
const schedules = (stack: typeof byDefault) =>
  Object.values(stack.ofType('AWS::Scheduler::Schedule')).map(({ Properties }) => stack.resolve(Properties));

describe('the schedule', () => {
  it.each([
    ['every 15 minutes, if nothing else is configured', byDefault, 'rate(15 minutes)'],
    ['every minute, in the singular that AWS asks for', often, 'rate(1 minute)'],
    ['as configured', synthesise(ALL_OPTIONS), 'rate(5 minutes)'],
  ])('ticks %s', (_name, stack, rate) => {
    expect(schedules(stack)).toMatchObject([{ ScheduleExpression: rate, State: 'ENABLED' }]);
  });

  it('invokes the dispatcher, and leaves a missed tick to the next one', () => {
    expect(schedules(byDefault)).toMatchObject([
      {
        Target: {
          Arn: 'IncrementalSync/Dispatch.Arn',
          RoleArn: 'IncrementalSync/ScheduleRole.Arn',
          RetryPolicy: { MaximumRetryAttempts: 0 },
        },
      },
    ]);
  });
});
