/** Whether the page hears the manager. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly since: number }
  /** `nextAt`: null while it is being tried. */
  | {
      readonly state: 'lost';
      readonly since: number;
      readonly attempt: number;
      readonly nextAt: number | null;
      readonly reason: string;
    }
  /** The token is missing or wrong: only a person can go on. */
  | { readonly state: 'locked'; readonly hadToken: boolean };

export type LinkEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'trying' }
  | { readonly type: 'locked'; readonly hadToken: boolean }
  | { readonly type: 'unlocked' }
  | { readonly type: 'lost'; readonly reason: string; readonly delayMs: number };

export function nextLink(link: Link, event: LinkEvent, now: number): Link {
  switch (event.type) {
    case 'opened':
      return { state: 'live', since: now };
    case 'trying':
      return link.state === 'lost' ? { ...link, nextAt: null } : link;
    case 'locked':
      return { state: 'locked', hadToken: event.hadToken };
    case 'unlocked':
      return link.state === 'locked' ? { state: 'connecting' } : link;
    case 'lost': {
      const { reason, delayMs } = event;
      const before = link.state === 'lost' ? link : { since: now, attempt: 0 };
      return { state: 'lost', since: before.since, attempt: before.attempt + 1, nextAt: now + delayMs, reason };
    }
  }
}
