/** What a fan is doing. */
export const DOING = {
  away: 0,
  asking: 1,
  waiting: 2,
  called: 3,
  claiming: 4,
  inside: 5,
  leaving: 6,
  gone: 7,
} as const;
export type Doing = (typeof DOING)[keyof typeof DOING];

/** What is true of a fan. */
export const FLAG = {
  /** Has no socket and asks over HTTP. */
  polls: 1,
  /** Has put the page away. */
  hidden: 2,
  /** The socket is dead and nobody has noticed. */
  deaf: 4,
  /** Will open a new socket at the next occasion. */
  reconnects: 8,
  /** Has heard of a place since the newest socket was asked for. */
  placed: 16,
} as const;
type Flag = (typeof FLAG)[keyof typeof FLAG];

/** All fans by their number, ten bytes each. */
export class FanTable {
  readonly size: number;
  readonly doing: Uint8Array;
  /** Sockets at the leaf `home`. */
  readonly tabs: Uint8Array;
  /** The leaf that the sockets are at. */
  readonly home: Int16Array;
  /** Things they came up with so far. */
  readonly whims: Uint8Array;
  /** The slot of time in which they do something next; -1: never by themselves. */
  readonly due: Int32Array;
  /** Open sockets by leaf. */
  readonly socketsOf: Int32Array;
  readonly #flags: Uint8Array;

  constructor(fans: number, leaves: number) {
    this.size = fans;
    this.doing = new Uint8Array(fans);
    this.tabs = new Uint8Array(fans);
    this.home = new Int16Array(fans);
    this.whims = new Uint8Array(fans);
    this.due = new Int32Array(fans).fill(-1);
    this.socketsOf = new Int32Array(leaves);
    this.#flags = new Uint8Array(fans);
  }

  is(fan: number, flag: Flag): boolean {
    return ((this.#flags[fan] ?? 0) & flag) !== 0;
  }

  set(fan: number, flag: Flag, on: boolean): void {
    const flags = this.#flags[fan] ?? 0;
    this.#flags[fan] = on ? flags | flag : flags & ~flag;
  }

  isDoing(fan: number, ...doings: Doing[]): boolean {
    const now = this.doing[fan];
    for (const doing of doings) if (doing === now) return true;
    return false;
  }

  hasSocket(fan: number): boolean {
    return (this.tabs[fan] ?? 0) > 0;
  }

  opened(fan: number, leaf: number): void {
    if (this.home[fan] !== leaf) this.close(fan);
    this.home[fan] = leaf;
    this.tabs[fan] = (this.tabs[fan] ?? 0) + 1;
    this.socketsOf[leaf] = (this.socketsOf[leaf] ?? 0) + 1;
    this.set(fan, FLAG.deaf, false);
  }

  /** All sockets of the fan. */
  close(fan: number): void {
    const leaf = this.home[fan] ?? 0;
    this.socketsOf[leaf] = (this.socketsOf[leaf] ?? 0) - (this.tabs[fan] ?? 0);
    this.tabs[fan] = 0;
  }
}
