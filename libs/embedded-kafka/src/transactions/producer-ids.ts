import { Journal } from '../log/journal.ts';

const BLOCK = 1000;

/** Hands out producer ids, none twice: a block is reserved on disk before the first of it is used. */
export class ProducerIds {
  private readonly journal: Journal<number>;
  private next: number;
  private reserved: number;

  constructor(file: string, options: { fsync: boolean; warn: (message: string) => void }) {
    this.journal = new Journal(file, options);
    this.next = this.journal.entries.get('reserved') ?? 0;
    this.reserved = this.next;
  }

  take(): number {
    if (this.next >= this.reserved) {
      this.journal.write([['reserved', this.reserved + BLOCK]]);
      this.reserved += BLOCK;
    }
    return this.next++;
  }

  close(): void {
    this.journal.close();
  }
}
