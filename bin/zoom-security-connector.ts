import { App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadConfig } from '../lib/config';
import { ConnectorStack } from '../lib/connector-stack';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const config = loadConfig(app.node.tryGetContext('config') as string | undefined);
new ConnectorStack(app, 'Connector', { config });
Tags.of(app).add('application', 'zoom-security-connector');
