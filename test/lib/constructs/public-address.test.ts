import { describe, expect, it } from '@jest/globals';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PublicAddress } from '../../../lib/constructs/public-address';

const defaults = { logRetention: 1, removalPolicy: RemovalPolicy.DESTROY };

function synthesised(publicUrl?: string) {
  const stack = new Stack(undefined, 'Stack', { stackName: 'Acme' });
  const { url } = new PublicAddress(stack, 'PublicAddress', { defaults, publicUrl });
  const propertiesOf = (type: string) =>
    Object.values(Template.fromStack(stack).findResources(type)).map(
      (resource) => resource['Properties'] as Record<string, unknown>,
    )[0];
  return { url: stack.resolve(url) as unknown, propertiesOf };
}

describe("the API's own address", () => {
  const isOff = (publicUrl?: string) =>
    synthesised(publicUrl).propertiesOf('AWS::ApiGatewayV2::Api')?.['DisableExecuteApiEndpoint'] ?? false;

  it('answers while there is no other', () => {
    expect(isOff()).toBe(false);
  });

  it('is switched off once there is a public one', () => {
    expect(isOff('https://connector.example.com')).toBe(true);
  });

  it.each(['http://localhost:8787', 'http://127.0.0.1:8787', 'https://[::1]:8787'])(
    'answers the proxy of a local stack: %s',
    (publicUrl) => {
      expect(isOff(publicUrl)).toBe(false);
    },
  );

  it('is where browsers go by default', () => {
    expect(synthesised().url).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^PublicAddress/), 'ApiEndpoint'] });
  });
});

it('the API has the name of its stack in lists', () => {
  expect(synthesised().propertiesOf('AWS::ApiGatewayV2::Api')).toMatchObject({ Name: 'Acme' });
});

it('requests are held to 50 a second', () => {
  expect(synthesised().propertiesOf('AWS::ApiGatewayV2::Stage')?.['DefaultRouteSettings']).toEqual({
    ThrottlingRateLimit: 50,
    ThrottlingBurstLimit: 100,
  });
});

it('the access log has a name that no policy of the account has to list', () => {
  expect(synthesised().propertiesOf('AWS::Logs::LogGroup')).toMatchObject({
    LogGroupName: '/aws/vendedlogs/apigateway/Acme',
  });
});

describe('a line of the access log', () => {
  const { Format } = synthesised().propertiesOf('AWS::ApiGatewayV2::Stage')?.['AccessLogSettings'] as {
    Format: string;
  };

  // the path of a link is a secret, and the query of the callback holds a code
  it("holds the route's key, the status and the request's id, and nothing of the path or the query", () => {
    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTime',
      routeKey: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      error: '$context.integrationErrorMessage',
    });
  });
});
