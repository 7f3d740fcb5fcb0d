/** The order of the rows: batches of shuffled rows, reshuffled at the start of every epoch. */

import type { Random } from "../random.ts";

export class Batches {
  private order: Int32Array;
  private at = 0;

  constructor(private readonly rows: number, private readonly size: number, private readonly random: Random) {
    this.order = random.permutation(rows);
  }

  /** How many batches an epoch has; the last one may be short. */
  get perEpoch(): number {
    return Math.ceil(this.rows / this.size);
  }

  /** Gives the rows of the next batch. */
  next(): Int32Array {
    if (this.at >= this.rows) {
      this.order = this.random.permutation(this.rows);
      this.at = 0;
    }
    const batch = this.order.subarray(this.at, this.at + this.size);
    this.at += this.size;
    return batch;
  }
}
