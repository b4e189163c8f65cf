// One block of memory from which a fit takes its arrays and which the next fit uses again: at p = 10 some fifty
// allocations would cost as much as the fit.

export class Workspace {
  #block = new Float64Array(0);
  #used = 0;

  /** Everything taken before may be overwritten from here on. */
  reset(): this {
    if (this.#used > this.#block.length) this.#block = new Float64Array(this.#used);
    this.#used = 0;
    return this;
  }

  /** An array that holds anything. */
  take(length: number): Float64Array {
    const start = this.#claim(length);
    return start < 0 ? new Float64Array(length) : new Float64Array(this.#block.buffer, 8 * start, length);
  }

  takeZeros(length: number): Float64Array {
    return this.take(length).fill(0);
  }

  takeIntegers(length: number): Int32Array {
    const start = this.#claim((length + 1) >> 1);
    return start < 0 ? new Int32Array(length) : new Int32Array(this.#block.buffer, 8 * start, length);
  }

  #claim(doubles: number): number {
    const start = this.#used;
    this.#used += doubles;
    return this.#used <= this.#block.length ? start : -1;
  }
}
