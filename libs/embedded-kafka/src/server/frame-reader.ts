import type { ByteBudget } from './byte-budget.ts';

/** Frames up to this size are taken without asking the budget. */
export const SMALL_FRAME_BYTES = 64 << 10;
const SMALLEST_FRAME_BYTES = 8;

export interface FrameReaderOptions {
  readonly maxFrameBytes: number;
  readonly budget: ByteBudget;
  /** How long a large frame may take to arrive once its bytes are set aside. */
  readonly frameTimeoutMs: number;
  /** A whole frame, without its size. `done` gives its share of the budget back. */
  readonly onFrame: (frame: Buffer, done: () => void) => void;
  /** The peer sends what cannot be a frame, or takes too long. */
  readonly onFault: (why: string) => void;
  /** No bytes are wanted until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
}

const nothing = () => undefined;

/**
 * Cuts a stream into frames of the Kafka protocol: a size of four bytes, then as many bytes. Memory is taken as bytes
 * arrive, not as a size announces them, and large frames wait for their share of a common budget.
 */
export class FrameReader {
  private readonly options: FrameReaderOptions;
  private chunks: Buffer[] = [];
  private have = 0;
  private isWaiting = false;
  private isOver = false;
  /** Size of the frame that a grant was asked for. */
  private granted = 0;
  private release: () => void = nothing;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: FrameReaderOptions) {
    this.options = options;
  }

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.have += chunk.length;
    this.advance();
  }

  private advance(): void {
    while (!this.isOver && !this.isWaiting && this.have >= 4) {
      const head = this.contiguous(4);
      const size = head.readInt32BE(0);
      if (size < SMALLEST_FRAME_BYTES || size > this.options.maxFrameBytes) {
        this.close();
        this.options.onFault(`a frame of ${size} bytes, where ${this.options.maxFrameBytes} are the most`);
        return;
      }
      if (size > SMALL_FRAME_BYTES && this.granted !== size) {
        this.ask(size);
        if (this.isWaiting) return;
      }
      if (this.have < size + 4) return;
      const frame = this.contiguous(size + 4);
      this.consume(frame, size + 4);
      const done = this.release;
      this.settle();
      this.options.onFrame(frame.subarray(4, size + 4), done);
    }
  }

  private ask(size: number): void {
    this.isWaiting = true;
    const release = this.options.budget.acquire(size, () => {
      this.granted = size;
      this.timer = setTimeout(() => {
        this.close();
        this.options.onFault(`a frame of ${size} bytes that does not arrive`);
      }, this.options.frameTimeoutMs);
      const wasPaused = this.release !== nothing;
      this.isWaiting = false;
      if (!wasPaused) return;
      this.options.resume();
      this.advance();
    });
    this.release = release;
    if (this.isWaiting) this.options.pause();
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.granted = 0;
    this.release = nothing;
  }

  /** The first chunk, made to hold at least `size` bytes. */
  private contiguous(size: number): Buffer {
    const first = this.chunks[0] as Buffer;
    if (first.length >= size) return first;
    const joined = Buffer.concat(this.chunks, this.have);
    this.chunks = [joined];
    return joined;
  }

  private consume(first: Buffer, size: number): void {
    if (first.length === size) this.chunks.shift();
    else this.chunks[0] = first.subarray(size);
    this.have -= size;
  }

  /** Forgets everything and gives back what was set aside. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.chunks = [];
    this.have = 0;
    const release = this.release;
    this.settle();
    release();
  }
}
