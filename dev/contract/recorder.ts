/** A request and its answer. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly requestHeaders: Headers;
  readonly requestBody: string;
  readonly status: number;
  /** Parsed when the answer is JSON, otherwise text. */
  readonly body: unknown;
}

/**
 * Records what an exercise sends by the global `fetch`.
 *
 * @param exercise - is given the unrecorded `fetch`, for what a browser would send.
 * @returns the exchanges in the order of their answers.
 */
export async function record(exercise: (browser: typeof fetch) => Promise<void>): Promise<Exchange[]> {
  const original = globalThis.fetch;
  const exchanges: Exchange[] = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const requestBody = await request.clone().text();
    const response = await original(request);
    exchanges.push({
      method: request.method,
      url: new URL(request.url),
      requestHeaders: request.headers,
      requestBody,
      status: response.status,
      body: await bodyOf(response.clone()),
    });
    return response;
  };
  try {
    await exercise(original);
  } finally {
    globalThis.fetch = original;
  }
  return exchanges;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return isJson ? JSON.parse(text) : text;
}
