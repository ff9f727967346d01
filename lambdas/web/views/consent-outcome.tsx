import { NAME_MAX_LENGTH } from '../../core/connections/new-connection';
import { connectionPath, consentPath, Note, Quote, ZoomButton } from './components';
import { consentProblemWords } from './consent-problem-words';
import { mayTryAgain, type ConsentProblem } from './consent-problem';
import type { Viewer } from './layout';
import { BackLink, MessagePage } from './message-pages';
import { NewZoomPage } from './new-connection-pages';

export interface ConsentProblemPageProps {
  readonly problem: ConsentProblem;
  readonly viewer: Viewer;
  /**
   * The connection that the attempt was for, when the viewer's session covers it: "Try again" asks for its consent.
   * `null` when it is not known or not theirs to see.
   */
  readonly connectionId: string | null;
  readonly backfillDays: number;
}

/** What became of a consent that did not work out: what happened, what is left of it, and what to do next. */
export function ConsentProblemPage({ problem, viewer, connectionId, backfillDays }: ConsentProblemPageProps) {
  if (problem.kind === 'bad-name') {
    return (
      <NewZoomPage
        backfillDays={backfillDays}
        name={problem.name}
        problem={`Give it a name of 1 to ${NAME_MAX_LENGTH} characters.`}
      />
    );
  }
  const words = consentProblemWords(problem);
  const again = mayTryAgain(problem.kind);
  return (
    <MessagePage title={words.title} icon={words.icon} tone={words.tone} viewer={viewer}>
      <p>{words.happened}</p>
      {words.details.length > 0 && (
        <ul class="plain">
          {words.details.map((detail) => (
            <li>
              <code>{detail}</code>
            </li>
          ))}
        </ul>
      )}
      {'zoomSays' in problem && problem.zoomSays !== null && <Quote of="In Zoom’s words" words={problem.zoomSays} />}
      <div class="stack-s">
        <h2>What to do</h2>
        {words.next.length === 1 ? (
          <p>{words.next[0]}</p>
        ) : (
          <ol class="steps">
            {words.next.map((step) => (
              <li>{step}</li>
            ))}
          </ol>
        )}
        {words.command !== undefined && <pre class="command">{words.command}</pre>}
      </div>
      <Note tone="idle" icon="shield">
        <p>{words.left}</p>
      </Note>
      {again && connectionId !== null && <ZoomButton action={consentPath(connectionId)} label="Try again in Zoom" />}
      {again && connectionId === null && <p class="muted">To try again, open your invite link once more.</p>}
      <BackLink viewer={viewer} />
    </MessagePage>
  );
}

/** Whether the page of {@link ConsentProblemPage} has a form that leads to Zoom. */
export function consentProblemLeadsToZoom(problem: ConsentProblem, connectionId: string | null): boolean {
  return problem.kind === 'bad-name' || (connectionId !== null && mayTryAgain(problem.kind));
}

export interface MergedPageProps {
  readonly viewer: Viewer;
  /** The older connection, named only to a viewer who sees all of them. */
  readonly renewed: { readonly id: string; readonly name: string };
}

/** The Zoom account was connected already: that connection was renewed, and no second one made. */
export function MergedPage({ viewer, renewed }: MergedPageProps) {
  return (
    <MessagePage title="This Zoom account was already connected" icon="merge" tone="ok" viewer={viewer}>
      <p>
        Its existing connection was renewed with the permission that you have just given. Nothing was lost, nothing is
        read twice, and there is nothing more to do.
      </p>
      {viewer?.kind === 'all' ? (
        <p>
          <a class="btn btn-primary" href={connectionPath(renewed.id)}>
            Open {renewed.name}
          </a>
        </p>
      ) : (
        <p class="muted">You can close this page. The team that invited you sees the connection.</p>
      )}
    </MessagePage>
  );
}
