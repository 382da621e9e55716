/** A promise that was broken, in words. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}

/** Throws `Violation` with these words unless `kept`. */
export function mustHold(kept: boolean, words: () => string): asserts kept {
  if (!kept) throw new Violation(words());
}
