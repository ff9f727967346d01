import getPort from 'get-port';
import { Problem } from './problem';

/**
 * @param wanted - the port that `option` asks for; `undefined` takes a free one, `usual` when that is free.
 * @throws {@link Problem} when the wanted port is taken.
 */
export async function choosePort(option: string, wanted: number | undefined, usual?: number): Promise<number> {
  const port = await getPort({ port: wanted ?? usual, host: '127.0.0.1' });
  if (wanted !== undefined && port !== wanted) {
    throw new Problem(`port ${wanted} is taken: choose another one with ${option}`);
  }
  return port;
}
