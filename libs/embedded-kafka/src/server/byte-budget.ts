/** A number of bytes that large requests share. Whoever finds too little left waits its turn. */
export class ByteBudget {
  private readonly totalBytes: number;
  private usedBytes = 0;
  private readonly waiting: { size: number; grant: () => void }[] = [];

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
  }

  /** Calls `grant` once `size` bytes are set aside, at once if they can be. Returns what takes the request back. */
  acquire(size: number, grant: () => void): () => void {
    const request = { size, grant };
    if (this.waiting.length === 0 && this.fits(size)) {
      this.usedBytes += size;
      grant();
    } else this.waiting.push(request);
    return () => {
      const at = this.waiting.indexOf(request);
      if (at >= 0) this.waiting.splice(at, 1);
      else this.usedBytes -= size;
      this.grantNext();
    };
  }

  /** What is larger than the whole budget may have it when it is alone. */
  private fits(size: number): boolean {
    return this.usedBytes === 0 || this.usedBytes + size <= this.totalBytes;
  }

  private grantNext(): void {
    for (let next = this.waiting[0]; next && this.fits(next.size); next = this.waiting[0]) {
      this.waiting.shift();
      this.usedBytes += next.size;
      next.grant();
    }
  }
}
