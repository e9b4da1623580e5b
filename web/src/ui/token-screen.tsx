import { useState } from 'preact/hooks';
import { pastedToken } from '../model/token.ts';

interface Props {
  /** One was sent, and refused. */
  readonly hadToken: boolean;
  readonly onToken: (token: string) => void;
}

/** All that a page without the right token can do: say so, and take one. */
export function TokenScreen({ hadToken, onToken }: Props) {
  const [text, setText] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const token = pastedToken(text);
  return (
    <section class="panel token-screen" role="alert" aria-labelledby="token">
      <h1 id="token" tabIndex={-1}>
        {hadToken ? 'The token is wrong' : 'A token is needed'}
      </h1>
      <p>
        {hadToken
          ? 'This manager does not take the token of this page; it may be of another manager, or have been changed.'
          : 'Whoever may open this page may run your tools, so the manager asks for its token first.'}
      </p>
      <ol class="steps">
        <li>
          <code>holdfast up</code> prints the link that holds it: open that.
        </li>
        <li>
          Or paste it here. It stands in the file <code>token</code> in the state folder; <code>holdfast status</code>{' '}
          says where that is.
        </li>
      </ol>
      <form
        class="token-form"
        onSubmit={event => {
          event.preventDefault();
          setIsAsked(true);
          if (token !== '') onToken(token);
        }}
      >
        <label class="field">
          <span class="field-name">Token, or the whole link</span>
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={text}
            aria-invalid={isAsked && token === ''}
            onInput={event => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary">
          Connect
        </button>
      </form>
      <p class="muted">It is kept for this tab only, and sent to no one but this manager.</p>
    </section>
  );
}
