import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { ENV } from '../../lambdas/contract/env';
import { CALLBACK_PATH } from '../../lambdas/contract/routes';
import type { AuditLog } from './audit-log';
import { ConnectorFunction, type Environment, type FunctionDefaults } from './connector-function';
import type { ConnectionRuns } from './connection-runs';
import type { ControlTable } from './control-table';
import type { Disconnect } from './disconnect';
import type { PublicAddress } from './public-address';
import type { TokenVault } from './token-vault';

export interface HostedPagesProps {
  readonly defaults: FunctionDefaults;
  readonly address: PublicAddress;
  readonly controlTable: ControlTable;
  readonly vault: TokenVault;
  readonly audit: AuditLog;
  readonly runs: ConnectionRuns;
  readonly disconnect: Disconnect;
  /** Where Zoom is, for the function that deals with consent. */
  readonly zoomEnvironment: Environment;
  /** How much of an account's quota is the connector's and how often it reads, to tell how a connection is. */
  readonly viewEnvironment: Environment;
  /** Days that a first backfill reads, to tell the admin. */
  readonly backfillDays: number;
}

const PAGES = [
  '/',
  '/connections/new',
  '/connections/new/zoom',
  '/connections/{id}',
  '/connections/{id}/disconnect',
  '/invite/{token}',
  '/session/{token}',
  '/assets/{file}',
  '/api/connections',
  '/api/connections/{id}',
];
const PAGE_FORMS = ['/session/{token}', '/sign-out'];
const CONSENT_FORMS = ['/invite/{token}', '/connections', '/connections/{id}/consent'];
const DISCONNECT_FORM = '/connections/{id}/disconnect';
/** Requests a second, and at once: plenty for people. What a form does costs writes, and calls of Zoom. */
const FORMS_THROTTLE = { rateLimit: 10, burstLimit: 20 };

/**
 * What browsers reach, as three functions with three roles: what renders pages can read no secret and change nothing but
 * sessions and links, what deals with consent can read no facts and no stored token, and what disconnects can begin that and
 * nothing else.
 */
export class HostedPages extends Construct {
  constructor(scope: Construct, id: string, props: HostedPagesProps) {
    super(scope, id);
    const { defaults, address, controlTable, vault, audit, runs, disconnect } = props;
    const shared = {
      ...audit.environment,
      [ENV.publicUrl]: address.url,
      [ENV.controlTable]: controlTable.tableName,
      [ENV.backfillDays]: String(props.backfillDays),
    };

    const pages = new ConnectorFunction(this, 'Pages', {
      defaults,
      entry: 'pages',
      description: 'Zoom connector: shows connections, invites and sign-in',
      environment: { ...shared, ...props.viewEnvironment },
      memoryMiB: 512,
    });
    controlTable.grant(pages, {
      get: ['connections', 'session', 'link', 'revocation', 'quota'],
      query: ['connections', 'run'],
      put: ['session'],
      delete: ['session', 'link'],
    });
    audit.grantRecord(pages);

    const consent = new ConnectorFunction(this, 'Consent', {
      defaults,
      entry: 'consent',
      description: 'Zoom connector: leads to the consent page of Zoom and takes its answer',
      environment: {
        ...shared,
        ...props.zoomEnvironment,
        ...vault.environment,
        [ENV.backfillStateMachine]: runs.backfill.stateMachineArn,
      },
      // the HTTP API gives up after 30 seconds
      timeout: Duration.seconds(29),
      memoryMiB: 512,
    });
    controlTable.grant(consent, {
      get: ['connections', 'account', 'session', 'link', 'revocation', 'attempt'],
      put: ['connections', 'account', 'session', 'attempt'],
      delete: ['link', 'session'],
    });
    vault.grantConsent(consent);
    audit.grantRecord(consent);
    runs.backfill.grantStartExecution(consent);

    const form = new ConnectorFunction(this, 'DisconnectForm', {
      defaults,
      entry: 'disconnect-form',
      description: 'Zoom connector: takes the form that disconnects an account',
      environment: {
        [ENV.publicUrl]: address.url,
        [ENV.controlTable]: controlTable.tableName,
        ...audit.environment,
        ...disconnect.environment,
      },
    });
    controlTable.grant(form, {
      get: ['connections', 'session', 'revocation'],
      put: ['connections'],
    });
    audit.grantRecord(form);
    disconnect.grantStart(form);

    const toPages = new HttpLambdaIntegration('ToPages', pages);
    const toConsent = new HttpLambdaIntegration('ToConsent', consent);
    const { GET, HEAD, POST } = HttpMethod;
    for (const path of PAGES) address.api.addRoutes({ path, methods: [GET, HEAD], integration: toPages });
    for (const path of PAGE_FORMS) address.addThrottledRoutes(path, [POST], toPages, FORMS_THROTTLE);
    for (const path of CONSENT_FORMS) address.addThrottledRoutes(path, [POST], toConsent, FORMS_THROTTLE);
    address.addThrottledRoutes(CALLBACK_PATH, [GET], toConsent, FORMS_THROTTLE);
    const toForm = new HttpLambdaIntegration('ToDisconnectForm', form);
    address.addThrottledRoutes(DISCONNECT_FORM, [POST], toForm, FORMS_THROTTLE);
  }
}
