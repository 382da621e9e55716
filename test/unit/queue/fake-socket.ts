/** A server's end of a socket that keeps what is sent; as much of it as a leaf uses. */
export class FakeSocket {
  readonly sent: string[] = [];
  closed: { code: number; reason: string } | null = null;
  #attachment: unknown = null;

  send(text: string): void {
    if (this.closed !== null) throw new TypeError('closed');
    this.sent.push(text);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  accept(): void {}

  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment);
  }

  deserializeAttachment(): unknown {
    return this.#attachment;
  }

  /** As the runtime types it. */
  get socket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
