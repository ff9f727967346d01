import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';

export interface ConnectorFunctionProps {
  /** Name of the file in `lambdas/handlers`, without its ending. */
  readonly entry: string;
  readonly description: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** @default 30 seconds */
  readonly timeout?: Duration;
  /** @default 256 MiB */
  readonly memoryMiB?: number;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** A Lambda function with our defaults: Node 24 on ARM64, one ESM bundle with the SDK in it, JSON logs that expire. */
export class ConnectorFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: ConnectorFunctionProps) {
    super(scope, id, {
      description: props.description,
      entry: fileURLToPath(new URL(`../../lambdas/handlers/${props.entry}`, import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memoryMiB ?? 256,
      tracing: Tracing.ACTIVE,
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: props.entry.replace(/\.tsx?$/, ''),
        POWERTOOLS_METRICS_NAMESPACE: 'ZoomConnector',
        ...props.environment,
      },
      logGroup: new LogGroup(scope, `${id}Logs`, { retention: props.logRetention, removalPolicy: props.removalPolicy }),
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        // some CommonJS packages of the SDK call `require`, which an ES module does not have
        banner:
          "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
        esbuildArgs: { '--jsx': 'automatic', '--jsx-import-source': 'hono/jsx' },
      },
    });
  }
}
