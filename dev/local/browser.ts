const MAX_REDIRECTS = 10;

/** What a browser shows after all redirects. */
export interface Page {
  readonly url: string;
  readonly status: number;
  /** The page's source. */
  readonly text: string;
}

/** As much of a browser as an admin needs for connecting Zoom: cookies, redirects and forms, all on one host. */
export class Browser {
  protected readonly cookies = new Map<string, string>();

  /** Opens a link. */
  open(url: string): Promise<Page> {
    return this.follow(url, { method: 'GET' });
  }

  /**
   * Sends a form of a page.
   *
   * @param action - where to, as an absolute URL.
   * @param origin - of the page.
   */
  submit(
    action: string,
    fields: Readonly<Record<string, string>> = {},
    origin = new URL(action).origin,
  ): Promise<Page> {
    const headers = { origin };
    return this.follow(action, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  private async follow(url: string, request: RequestInit): Promise<Page> {
    let next: { url: string; request: RequestInit } = { url, request };
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.send(next.url, next.request);
      const location = response.headers.get('location');
      if (location === null) return { url: next.url, status: response.status, text: await response.text() };
      await response.body?.cancel();
      next = { url: new URL(location, next.url).href, request: { method: 'GET' } };
    }
    throw new Error(`${url} redirects more than ${MAX_REDIRECTS} times`);
  }

  /** Asks for one page, and keeps its cookies. */
  protected async send(url: string, request: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(request.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await fetch(url, { ...request, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    return response;
  }

  /** @param line - a `Set-Cookie` header. */
  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', ...value] = pair.trim().split('=');
    const isRemoved = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
    if (isRemoved) this.cookies.delete(name);
    else this.cookies.set(name, value.join('='));
  }
}
