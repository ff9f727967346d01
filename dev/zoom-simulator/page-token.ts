import { createHmac } from 'node:crypto';

/** Where the next page starts. */
export interface Position {
  /** What the report or list counts by: rows already served, or the next user's ordinal. */
  readonly start: number;
  /** Whether the chain is served from its oldest row on. */
  readonly oldestFirst: boolean;
}

/** How page tokens are made. */
export interface PageTokensProps {
  readonly seed: number;
  readonly lifetimeMs: number;
  readonly clock: () => number;
}

/** Makes and reads next page tokens. A token carries its own state, so any number of chains costs no memory. */
export class PageTokens {
  private epoch = 0;

  constructor(private readonly props: PageTokensProps) {}

  /**
   * @param binding - everything that must be the same when the token comes back.
   * @param position - where the next page starts.
   */
  issue(binding: string, { start, oldestFirst }: Position): string {
    const state = Buffer.alloc(11);
    state.writeUIntBE(Math.floor(this.props.clock()), 0, 6);
    state.writeUInt8(oldestFirst ? 1 : 0, 6);
    state.writeUInt32BE(start, 7);
    return Buffer.concat([state, this.seal(binding, state)]).toString('base64url');
  }

  /** Reads a token; `undefined` when it is expired, damaged or was issued for something else. */
  read(binding: string, token: string): Position | undefined {
    const bytes = Buffer.from(token, 'base64url');
    const state = bytes.subarray(0, 11);
    if (bytes.length !== 27 || !this.seal(binding, state).equals(bytes.subarray(11))) return undefined;
    if (state.readUIntBE(0, 6) + this.props.lifetimeMs < this.props.clock()) return undefined;
    return { start: state.readUInt32BE(7), oldestFirst: state.readUInt8(6) === 1 };
  }

  /** Ends every token issued so far. */
  expireAll(): void {
    this.epoch += 1;
  }

  private seal(binding: string, state: Buffer): Buffer {
    const key = `${this.props.seed} ${this.epoch}`;
    return createHmac('sha256', key).update(state).update(binding).digest().subarray(0, 16);
  }
}
