import type { PropsWithChildren } from 'hono/jsx';
import type { Scope } from '../../core/access/ports';
import { connectionPath } from './components';
import { FAVICON_URL, Icon } from './icons';
import { STYLESHEET_URL } from './style/stylesheet';

/** Who is looking: an operator, somebody who was invited to one connection, or nobody that we know. */
export type Viewer = Scope | null;

export interface LayoutProps {
  /** What the page is about; the product's name is added to it. */
  readonly title: string;
  readonly viewer: Viewer;
  /** A column for reading rather than a wide page. */
  readonly narrow?: boolean;
}

const PRODUCT = 'Zoom Security Connector';

/** The frame of every page. */
export function Layout({ title, viewer, narrow = false, children }: PropsWithChildren<LayoutProps>) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${PRODUCT}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex, nofollow" />
        <link rel="icon" href={FAVICON_URL} />
        <link rel="stylesheet" href={STYLESHEET_URL} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="top">
          <div class="top-in">
            <Brand viewer={viewer} />
            {viewer && (
              <nav aria-label="Account">
                <form method="post" action="/sign-out">
                  <button class="btn btn-plain" type="submit">
                    Sign out
                  </button>
                </form>
              </nav>
            )}
          </div>
        </header>
        <main id="main" class={narrow ? 'narrow' : undefined} tabindex={-1}>
          {children}
        </main>
        <footer class={narrow ? 'foot narrow' : 'foot'}>Reads only. This connector changes nothing in Zoom.</footer>
      </body>
    </html>
  );
}

function Brand({ viewer }: { viewer: Viewer }) {
  const content = (
    <>
      <Icon name="shield" size={22} />
      {PRODUCT}
    </>
  );
  if (viewer === null) return <span class="brand">{content}</span>;
  return (
    <a class="brand" href={viewer.kind === 'all' ? '/' : connectionPath(viewer.connectionId)}>
      {content}
    </a>
  );
}

/** The way back up. */
export function Breadcrumbs({ to, here }: { to: readonly { href: string; label: string }[]; here: string }) {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <ol>
        {to.map(({ href, label }) => (
          <li>
            <a href={href}>{label}</a>
          </li>
        ))}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  );
}
