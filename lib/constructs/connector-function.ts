import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import type { EnvName } from '../../lambdas/contract/env';

/** Variables that `lib` sets and handlers read. */
export type Environment = Readonly<Partial<Record<EnvName, string>>>;

/** What every function of the stack has in common. */
export interface FunctionDefaults {
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** What becomes of the logs when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

export interface ConnectorFunctionProps {
  readonly defaults: FunctionDefaults;
  /** Name of its file in `lambdas/handlers`, without the ending. */
  readonly entry: string;
  /** What it does, as operators read it in the list of functions. */
  readonly description: string;
  /** @default - nothing but what every function has */
  readonly environment?: Environment;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** @default 256 */
  readonly memoryMiB?: number;
}

const BANNER = "import{createRequire as r}from'node:module';const require=r(import.meta.url);";

/**
 * A Lambda function with our defaults: Node 24 on ARM64, one ES module with the SDK in it, JSON logs that expire, and a
 * role that may write its own log and traces and nothing else until it is granted more.
 */
export class ConnectorFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: ConnectorFunctionProps) {
    const { logRetention, removalPolicy } = props.defaults;
    const logGroup = new LogGroup(scope, `${id}Logs`, { retention: logRetention, removalPolicy });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: props.description,
      entry: fileURLToPath(new URL(`../../lambdas/handlers/${props.entry}.ts`, import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memoryMiB ?? 256,
      tracing: Tracing.ACTIVE,
      role,
      logGroup,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: props.entry,
        POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
        ...props.environment,
      },
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // some packages of the SDK call `require`, which an ES module does not have
        banner: BANNER,
        esbuildArgs: { '--jsx': 'automatic', '--jsx-import-source': 'hono/jsx' },
        logLevel: LogLevel.ERROR,
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray takes trace segments for no resource in particular (xray:PutTraceSegments, PutTelemetryRecords).',
    });
  }
}
