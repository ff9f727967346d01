import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionDefaults } from './connector-function';

export interface VendedLogProps {
  readonly defaults: FunctionDefaults;
  /** What writes it: its service and its own name, `states/NAME`. */
  readonly writer: string;
}

/**
 * The log group that a service of AWS delivers to by itself. One of any other name takes its place in the only policy that
 * an account has for such groups, of 5,120 characters; once that is full no workflow and no API can be deployed.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
 */
export class VendedLog extends LogGroup {
  constructor(scope: Construct, id: string, { defaults, writer }: VendedLogProps) {
    super(scope, id, {
      logGroupName: `/aws/vendedlogs/${writer}`,
      retention: defaults.logRetention,
      removalPolicy: defaults.removalPolicy,
    });
  }
}
