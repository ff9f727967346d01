import { describe, expect, it } from '@jest/globals';
import { synthesise } from '../support/synthesis';

const byDefault = synthesise();
const everyMinute = synthesise({ sync: { everyMinutes: 1 } });
const schedules = (stack: typeof byDefault) =>
  Object.values(stack.ofType('AWS::Scheduler::Schedule')).map(({ Properties }) => stack.resolve(Properties));

describe('the schedule', () => {
  it.each([
    ['every 15 minutes, if nothing else is configured', byDefault, 'rate(15 minutes)'],
    ['as configured, and says minute in the singular as AWS asks', everyMinute, 'rate(1 minute)'],
  ])('ticks %s', (_name, stack, rate) => {
    expect(schedules(stack)).toMatchObject([{ ScheduleExpression: rate, State: 'ENABLED' }]);
  });

  it.each([
    ['15 minutes, the most that Lambda gives', byDefault, 900],
    ['the minute until the next tick', everyMinute, 60],
  ])('gives the dispatcher %s', (_name, stack, seconds) => {
    const functions = Object.values(stack.ofType('AWS::Lambda::Function'));
    const dispatch = functions.find(({ Properties }) => String(Properties?.['Description']).endsWith('that are due'));
    expect(dispatch?.Properties).toMatchObject({ Timeout: seconds });
  });

  it.each([
    ['for the 15 minutes until the next one', byDefault, 900],
    ['for the minute until the next one', everyMinute, 60],
    ['for 6 hours, the most that Lambda keeps one', synthesise({ sync: { everyMinutes: 1440 } }), 21_600],
  ])('has a tick that Lambda has no room for wait %s, and one that failed not come again', (_name, stack, seconds) => {
    const config = stack.propertiesOf('AWS::Lambda::EventInvokeConfig', 'IncrementalSync/Dispatch/EventInvokeConfig');
    expect(config).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: seconds });
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
