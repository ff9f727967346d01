import { describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AdminAlertsStack, type AdminAlertsStackProps } from '../lib/admin-alerts-stack';
import { PATTERNS } from '../lib/filters';

const STREAM = 'arn:aws:dynamodb:eu-central-1:111122223333:table/Facts/stream/2026-01-01T00:00:00.000';
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/6fb8a4f0-0000-0000-0000-000000000000';
const REPLAY = 'arn:aws:sqs:eu-central-1:111122223333:Replay';

function synthesise(more: Partial<AdminAlertsStackProps> = {}): Template {
  // no function is bundled, which would take most of the time
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [], '@aws-cdk/aws-iam:minimizePolicies': true } });
  return Template.fromStack(new AdminAlertsStack(app, 'Alerts', { factsStreamArn: STREAM, factsKeyArn: KEY, ...more }));
}

/** Who may do what: actions with the resource's id in the stack, or its ARN. */
function grantsIn(template: Template): [action: string, resource: string][] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } };
  }[];
  return policies
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) => [Action].flat().map((action): [string, string] => [action, idOf(Resource)]))
    .sort();
}

function idOf(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  return /"(\w+?)[0-9A-F]{8}"/.exec(JSON.stringify(resource))?.[1] ?? '';
}

const OWN = [
  ['dynamodb:DeleteItem', 'Delivered'],
  ['dynamodb:DescribeStream', STREAM],
  ['dynamodb:GetItem', 'Delivered'],
  ['dynamodb:GetRecords', STREAM],
  ['dynamodb:GetShardIterator', STREAM],
  ['dynamodb:ListStreams', '*'],
  ['dynamodb:PutItem', 'Delivered'],
  ['dynamodb:UpdateItem', 'Delivered'],
  ['kms:Decrypt', KEY],
  ['kms:DescribeKey', KEY],
  ['logs:CreateLogStream', 'ConsumerLogs'],
  ['logs:PutLogEvents', 'ConsumerLogs'],
  ['sqs:SendMessage', 'Alerts'],
  // by the event source mapping, for what it gives up
  ['sqs:GetQueueAttributes', 'DeadLetters'],
  ['sqs:GetQueueUrl', 'DeadLetters'],
  ['sqs:SendMessage', 'DeadLetters'],
].sort();

describe('the function', () => {
  it('may read the stream, remember what it told, and tell; nothing else', () => {
    expect(grantsIn(synthesise())).toEqual(OWN);
  });

  it('may take from the replay queue, when there is one', () => {
    const grants = grantsIn(synthesise({ replayQueueArn: REPLAY })).filter(([, resource]) => resource === REPLAY);
    expect(grants.map(([action]) => action)).toEqual([
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ]);
  });
});

describe('what is taken from the stream', () => {
  it('begins with the oldest record, is tried 5 times, in halves, and then goes to the dead letters', () => {
    synthesise().hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: STREAM,
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: 5,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'Arn'] } },
      },
    });
  });

  it('begins with what is new, when asked to', () => {
    synthesise({ startingPosition: 'LATEST' }).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'LATEST',
    });
  });

  it('is filtered, and what is replayed by the same patterns in the body of a message', () => {
    const template = synthesise({ replayQueueArn: REPLAY });
    const filters = (patterns: readonly object[]) => ({
      Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: STREAM,
      FilterCriteria: filters(PATTERNS),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: REPLAY,
      FilterCriteria: filters(PATTERNS.map((body) => ({ body }))),
    });
  });
});

describe('an alarm', () => {
  it('tells of dead letters', () => {
    synthesise().hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [
        { Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetters'), 'QueueName'] } },
      ],
      Threshold: 1,
    });
  });

  it('tells of a lag of an hour', () => {
    synthesise().hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'IteratorAge', Threshold: 3_600_000 });
  });
});
