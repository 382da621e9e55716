/** Numbers gathered one by one; millions of them cost eight bytes each. */
export class Samples {
  #values = new Float64Array(1024);
  #count = 0;
  #sorted = false;

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const wider = new Float64Array(this.#count * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
    this.#sorted = false;
  }

  /** NaN of none. */
  mean(): number {
    let sum = 0;
    for (let index = 0; index < this.#count; index++) sum += this.#values[index] ?? 0;
    return sum / this.#count;
  }

  /** The value that the share `share` of all is not above (nearest rank); NaN of none. */
  quantile(share: number): number {
    const values = this.#values.subarray(0, this.#count);
    if (!this.#sorted) values.sort();
    this.#sorted = true;
    return values[Math.max(0, Math.ceil(share * this.#count) - 1)] ?? Number.NaN;
  }
}
