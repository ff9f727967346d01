import { describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { FactsPipeStack, PATTERN } from '../lib/facts-pipe-stack';

const STREAM = 'arn:aws:dynamodb:eu-central-1:111122223333:table/Facts/stream/2026-01-01T00:00:00.000';
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/6fb8a4f0-0000-0000-0000-000000000000';

const app = new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } });
const template = Template.fromStack(new FactsPipeStack(app, 'Pipe', { factsStreamArn: STREAM, factsKeyArn: KEY }));

const arnOf = (id: string) => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(`^${id}`), 'Arn'] });
const refTo = (id: string) => ({ Ref: Match.stringLikeRegexp(`^${id}`) });

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

describe('the pipe', () => {
  it('leads from the stream to the topic, from the oldest record on, and gives up what fails 5 times', () => {
    template.hasResourceProperties('AWS::Pipes::Pipe', {
      Source: STREAM,
      Target: refTo('Facts'),
      SourceParameters: {
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify(PATTERN) }] },
        DynamoDBStreamParameters: {
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: 10,
          MaximumRetryAttempts: 5,
          OnPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          DeadLetterConfig: { Arn: arnOf('DeadLetters') },
        },
      },
    });
  });

  it('may read the stream, use its key, publish, and put aside; nothing else', () => {
    expect(grantsIn(template)).toEqual([
      ['dynamodb:DescribeStream', STREAM],
      ['dynamodb:GetRecords', STREAM],
      ['dynamodb:GetShardIterator', STREAM],
      ['dynamodb:ListStreams', '*'],
      ['kms:Decrypt', KEY],
      ['kms:DescribeKey', KEY],
      ['sns:Publish', 'Facts'],
      ['sqs:SendMessage', 'DeadLetters'],
    ]);
  });

  it('has a role that only pipes of the account may take on', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'pipes.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });
});

describe('the queue', () => {
  it('gets the records themselves, and what it cannot get is kept', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'sqs',
      Endpoint: arnOf('Events'),
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: arnOf('Undelivered') },
    });
  });
});

it.each(['DeadLetters', 'Undelivered'])('an alarm tells of messages in %s', (queue) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${queue}`), 'QueueName'] } }],
    Threshold: 1,
  });
});

it.each(['ExecutionFailed', 'ExecutionTimeout', 'ExecutionThrottled'])('an alarm tells of %s', (MetricName) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/EventBridge/Pipes',
    MetricName,
    Dimensions: [{ Name: 'PipeName', Value: { Ref: Match.stringLikeRegexp('^Pipe') } }],
    Threshold: 1,
    EvaluationPeriods: 3,
  });
});
