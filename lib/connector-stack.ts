import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from './config';
import { ConnectorFunction } from './constructs/connector-function';

export interface ConnectorStackProps extends StackProps {
  readonly config: Config;
}

/** The whole connector: one stack in one account. */
export class ConnectorStack extends Stack {
  constructor(scope: Construct, id: string, props: ConnectorStackProps) {
    super(scope, id, props);
    const { config } = props;
    const pages = new ConnectorFunction(this, 'Pages', {
      entry: 'pages.ts',
      description: 'Hosted pages',
      logRetention: config.logRetentionDays as never,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new HttpApi(this, 'Api');
    api.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration('Pages', pages),
    });
    new CfnOutput(this, 'ConsoleUrl', { value: config.publicUrl ?? api.apiEndpoint });
    new CfnOutput(this, 'ApiId', { value: api.apiId });
  }
}
