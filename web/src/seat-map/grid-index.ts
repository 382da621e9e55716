/** A point with a place in the plane, metres. */
export interface Point {
  x: number;
  y: number;
}

/** Points sorted into square cells, packed like a counting sort: two arrays, no object per cell. */
export class GridIndex {
  readonly #points: readonly Point[];
  readonly #cell: number;
  readonly #minX: number;
  readonly #minY: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Where each cell's points begin in `#order`. */
  readonly #starts: Uint32Array;
  readonly #order: Uint32Array;

  /** @param cell edge of a cell, metres; two to four seats' distance is good */
  constructor(points: readonly Point[], cell: number) {
    this.#points = points;
    this.#cell = cell;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const { x, y } of points) {
      minX = Math.min(minX, x);
      minY = Math.min(minY, y);
      maxX = Math.max(maxX, x);
      maxY = Math.max(maxY, y);
    }
    const empty = points.length === 0;
    this.#minX = empty ? 0 : minX;
    this.#minY = empty ? 0 : minY;
    this.#columns = empty ? 1 : Math.floor((maxX - minX) / cell) + 1;
    this.#rows = empty ? 1 : Math.floor((maxY - minY) / cell) + 1;
    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#order = new Uint32Array(points.length);
    this.#fill();
  }

  #fill(): void {
    const cells = this.#points.map((point) => this.#cellOf(point.x, point.y));
    for (const cell of cells) this.#starts[cell + 1] = (this.#starts[cell + 1] ?? 0) + 1;
    for (let i = 1; i < this.#starts.length; i++)
      this.#starts[i] = (this.#starts[i] ?? 0) + (this.#starts[i - 1] ?? 0);
    const next = this.#starts.slice();
    cells.forEach((cell, index) => {
      const at = next[cell] ?? 0;
      this.#order[at] = index;
      next[cell] = at + 1;
    });
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.#minX) / this.#cell)));
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.#minY) / this.#cell)));
  }

  #cellOf(x: number, y: number): number {
    return this.#row(y) * this.#columns + this.#column(x);
  }

  /** Calls `visit` with the index of every point in a rectangle's cells; points just outside may come too. */
  visit(
    minX: number,
    minY: number,
    maxX: number,
    maxY: number,
    visit: (index: number) => void,
  ): void {
    const [left, right] = [this.#column(minX), this.#column(maxX)];
    for (let row = this.#row(minY); row <= this.#row(maxY); row++) {
      const from = this.#starts[row * this.#columns + left] ?? 0;
      const to = this.#starts[row * this.#columns + right + 1] ?? 0;
      for (let at = from; at < to; at++) visit(this.#order[at] ?? 0);
    }
  }

  /** The nearest point within `radius` metres that `accepts`, or -1. */
  nearest(
    x: number,
    y: number,
    radius: number,
    accepts: (index: number) => boolean = () => true,
  ): number {
    let best = -1;
    let bestSquare = radius * radius;
    this.visit(x - radius, y - radius, x + radius, y + radius, (index) => {
      const point = this.#points[index];
      if (!point) return;
      const square = (point.x - x) ** 2 + (point.y - y) ** 2;
      if (square <= bestSquare && accepts(index)) {
        bestSquare = square;
        best = index;
      }
    });
    return best;
  }

  /** The nearest point in a direction from a point, or -1: within 60° to each side, straight ahead preferred. */
  neighbour(
    from: number,
    dx: number,
    dy: number,
    radius: number,
    accepts: (index: number) => boolean = () => true,
  ): number {
    const origin = this.#points[from];
    if (!origin) return -1;
    let best = -1;
    let bestCost = Infinity;
    this.visit(
      origin.x - radius,
      origin.y - radius,
      origin.x + radius,
      origin.y + radius,
      (index) => {
        const point = this.#points[index];
        if (!point || index === from || !accepts(index)) return;
        const [px, py] = [point.x - origin.x, point.y - origin.y];
        const along = px * dx + py * dy;
        const across = Math.abs(px * dy - py * dx);
        if (along <= 0 || across > along * 1.75) return;
        const cost = along + across * 2;
        if (cost < bestCost) {
          bestCost = cost;
          best = index;
        }
      },
    );
    return best;
  }
}
