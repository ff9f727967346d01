import { Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  type HttpMethod,
  type HttpRouteIntegration,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { isLoopback } from '../config';
import type { FunctionDefaults } from './connector-function';
import { VendedLog } from './vended-log';

export interface PublicAddressProps {
  readonly defaults: FunctionDefaults;
  /**
   * Origin at which browsers reach the pages.
   *
   * @default - the API's own address
   */
  readonly publicUrl?: string;
}

/** Log lines hold the route's key and never the path: that of a link is a secret. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
});

/** The HTTP API and its public origin. */
export class PublicAddress extends Construct {
  readonly api: HttpApi;
  /** Origin, without a slash at its end. */
  readonly url: string;
  /** Whether the stack is for an emulator on this machine. */
  readonly isLocal: boolean;
  private readonly stage: HttpStage;

  constructor(scope: Construct, id: string, { defaults, publicUrl }: PublicAddressProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    this.isLocal = publicUrl !== undefined && isLoopback(publicUrl);
    this.api = new HttpApi(this, 'Resource', {
      // an HTTP API must have a name, which need not be its own alone
      apiName: stackName,
      description: 'Zoom connector: hosted pages',
      createDefaultStage: false,
      // a local stack is reached through a proxy, which calls the API's own address
      disableExecuteApiEndpoint: publicUrl !== undefined && !this.isLocal,
    });
    const log = new VendedLog(this, 'AccessLog', { defaults, writer: `apigateway/${stackName}` });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 50, burstLimit: 100 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(ACCESS_LOG_FORMAT),
      },
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Browsers come without credentials of AWS: the pages themselves ask for a session, a link or an attempt.',
    });
    this.url = publicUrl ?? this.api.apiEndpoint;
  }

  /**
   * Leads requests to a function, and holds those of each method to limits of their own: fewer for routes that write, or that
   * call Zoom; more where what is refused is lost. Of one that is flooded the others still answer.
   */
  addThrottledRoutes(
    path: string,
    methods: readonly HttpMethod[],
    integration: HttpRouteIntegration,
    { rateLimit, burstLimit }: ThrottleSettings,
  ): void {
    const stage = this.stage.node.defaultChild as CfnStage;
    const settings = methods.map((method) => [
      `${method} ${path}`,
      { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit },
    ]);
    stage.routeSettings = { ...(stage.routeSettings as object), ...(Object.fromEntries(settings) as object) };
    // a stage cannot be told of routes that are not there yet
    this.stage.node.addDependency(...this.api.addRoutes({ path, methods: [...methods], integration }));
  }
}
