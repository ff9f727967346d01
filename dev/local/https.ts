import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import getPort from 'get-port';
import { generate } from 'selfsigned';

/** What a local stack has besides that is reached by https, and reaches Zoom so. */
export interface Https {
  /** PEM files; who trusts the certificate has its file as `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Where its functions ask for the hosts that are not this machine. */
  readonly egressUrl: string;
}

/** The pages' host, and those of Zoom's cloud for governments, of which no other part of a local stack has anything. */
const HOSTS = ['localhost', 'zoomgov.com', '*.zoomgov.com'];

/** Makes a certificate that lives as long as the stack in `directory`, and chooses a port for its egress. */
export async function prepareHttps(directory: string): Promise<Https> {
  const made = await generate([{ name: 'commonName', value: 'Local stack' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: HOSTS.map((value) => ({ type: 2, value })) }],
  });
  const certificateFile = join(directory, 'certificate.pem');
  const keyFile = join(directory, 'key.pem');
  writeFileSync(certificateFile, made.cert);
  writeFileSync(keyFile, made.private, { mode: 0o600 });
  return { certificateFile, keyFile, egressUrl: `http://localhost:${await getPort({ host: '127.0.0.1' })}` };
}

/** The environment in which functions, knowing nothing of it, ask the egress for all hosts but this machine. */
export function environmentOf({ certificateFile, egressUrl }: Https): NodeJS.ProcessEnv {
  return {
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: egressUrl,
    HTTP_PROXY: egressUrl,
    NO_PROXY: 'localhost,127.0.0.1',
    NODE_EXTRA_CA_CERTS: certificateFile,
  };
}
