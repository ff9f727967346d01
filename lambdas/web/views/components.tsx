import type { PropsWithChildren } from 'hono/jsx';
import { Icon, type IconName } from './icons';
import type { StateWords, Tone } from './words';

/** A state as a word with its icon, so that colour is never the only sign. */
export function Pill({ words }: { words: StateWords }) {
  return (
    <span class={`pill tone-${words.tone}`}>
      <Icon name={words.icon} size={15} spin={words.icon === 'sync'} />
      {words.label}
    </span>
  );
}

/** Something to notice, in the flow of the page. */
export function Note({ tone, icon, children }: PropsWithChildren<{ tone: Tone; icon: IconName }>) {
  return (
    <div class={`note tone-${tone}`}>
      <Icon name={icon} size={17} />
      <div class="stack-s">{children}</div>
    </div>
  );
}

export function Card({
  children,
  title,
  aside,
  id,
}: PropsWithChildren<{ title?: string; aside?: unknown; id?: string }>) {
  if (title === undefined) return <section class="card">{children}</section>;
  const headingId = id ?? title.toLowerCase().replace(/[^a-z]+/g, '-');
  return (
    <section class="card" aria-labelledby={headingId}>
      <div class="card-head">
        <h2 id={headingId}>{title}</h2>
        {aside !== undefined && <span class="muted small">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** A form of one button that leads on to Zoom. */
export function ZoomButton({ action, label, primary = true }: { action: string; label: string; primary?: boolean }) {
  return (
    <form method="post" action={action}>
      <button class={`btn wide ${primary ? 'btn-primary' : 'btn-quiet'}`} type="submit">
        {label}
        <Icon name="arrow" />
      </button>
    </form>
  );
}

/** One line of a list: a glyph, a heading, words below. */
export function Row({
  icon,
  title,
  side,
  children,
}: PropsWithChildren<{ icon: IconName; title: string; side?: unknown }>) {
  return (
    <li>
      <span class="glyph">
        <Icon name={icon} size={17} />
      </span>
      <div class="body">
        <h3>{title}</h3>
        {children}
      </div>
      {side !== undefined && <div class="side">{side}</div>}
    </li>
  );
}

/** Somebody else's words, marked as theirs. */
export function Quote({ of, words }: { of: string; words: string }) {
  return (
    <figure>
      <figcaption class="muted small">{of}</figcaption>
      <blockquote class="quote">{words}</blockquote>
    </figure>
  );
}

/** Where a connection's form for consent posts to. */
export function consentPath(connectionId: string): string {
  return `${connectionPath(connectionId)}/consent`;
}

/** Where a connection's page to disconnect it is, and posts to. */
export function disconnectPath(connectionId: string): string {
  return `${connectionPath(connectionId)}/disconnect`;
}

export function connectionPath(connectionId: string): string {
  return `/connections/${encodeURIComponent(connectionId)}`;
}
