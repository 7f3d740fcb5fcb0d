/** The order of the rows: batches of shuffled rows, reshuffled at the start of every epoch. */

import type { Random } from "../random.ts";

/** Where a sequence of batches stands. */
export interface BatchesPlace {
  readonly order: Int32Array;
  readonly at: number;
  readonly random: Int32Array;
}

export class Batches {
  private order: Int32Array;
  private at = 0;

  /** `size` may change at any time: the next batch has so many rows. */
  constructor(private readonly rows: number, public size: number, private readonly random: Random) {
    this.order = random.permutation(rows);
  }

  /** Gives where it stands, for `load`. */
  save(): BatchesPlace {
    return { order: this.order, at: this.at, random: this.random.save() };
  }

  load(place: BatchesPlace): void {
    this.order = place.order;
    this.at = place.at;
    this.random.load(place.random);
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
