import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { record } from '../../../dev/contract/recorder';
import { startZoomSimulator, type ZoomSimulator } from '../../../dev/zoom-simulator/simulator';

let simulator: ZoomSimulator;
beforeAll(async () => {
  simulator = await startZoomSimulator();
});
afterAll(async () => simulator.close());

describe('the recorder', () => {
  it('records what is sent by the global fetch', async () => {
    const [exchange] = await record(async () => {
      await fetch(`${simulator.url}/oauth/token?x=1`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'none' }),
      });
    });
    expect(exchange).toMatchObject({
      method: 'POST',
      url: new URL(`${simulator.url}/oauth/token?x=1`),
      requestBody: 'grant_type=none',
      status: 400,
      body: { error: 'invalid_client' },
    });
  });

  it('leaves the answer to whoever asked for it', async () => {
    let answer: unknown;
    await record(async () => {
      answer = await (await fetch(`${simulator.url}/v2/users/me`)).json();
    });
    expect(answer).toMatchObject({ code: 124 });
  });

  it('does not record what the browser sends', async () => {
    expect(await record(async (browser) => void (await browser(simulator.url)))).toEqual([]);
  });

  it('gives the global fetch back when the exercise fails', async () => {
    const before = globalThis.fetch;
    await expect(record(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(globalThis.fetch).toBe(before);
  });
});
