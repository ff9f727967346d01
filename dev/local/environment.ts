import { delimiter } from 'node:path';
import { BINARIES } from './paths';

/** The emulator knows one root user, and takes any region. */
export const ROOT_CREDENTIALS = { region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test' } as const;

const PASSED_ON = ['HOME', 'LANG', 'TMPDIR', 'NODE_EXTRA_CA_CERTS'];

/**
 * What a process of the local stack sees of the user's environment: nothing that could lead it to another AWS account,
 * through a proxy, or to other settings.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const passedOn = PASSED_ON.map((name) => [name, process.env[name]] as const).filter(([, value]) => value);
  return { ...Object.fromEntries(passedOn), PATH: `${BINARIES}${delimiter}${process.env.PATH}` };
}

/** What AWS's tools need to work on the emulator. */
export function awsEnvironment(endpointUrl: string, directory: string): NodeJS.ProcessEnv {
  return {
    ...cleanEnvironment(),
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: ROOT_CREDENTIALS.region,
    AWS_ACCESS_KEY_ID: ROOT_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT_CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    CDK_HOME: directory,
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}
