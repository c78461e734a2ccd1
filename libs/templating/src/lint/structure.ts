import { JsonTracker } from '../json-mode/tracker.ts';
import type { At } from '../syntax/nodes.ts';

/** What is known of a JSON value that a template writes; `unknown` comes of values, or holds some. */
export type Structure =
  | { kind: 'unknown' }
  | { kind: 'string'; text: string }
  | { kind: 'other' }
  | { kind: 'array'; items: Structure[] }
  /** `isOpen`: values may bring further members. */
  | { kind: 'object'; members: Map<string, Structure>; isOpen: boolean };

/** A list or object that has not ended yet. */
interface Opened {
  value: Extract<Structure, { kind: 'array' | 'object' }>;
  /** The key of the member that is read. */
  key: string | undefined;
  isUncertain: boolean;
}

const unknown: Structure = { kind: 'unknown' };

/** Reads the JSON that a template writes, where values may stand, and keeps what can be known of its structure. */
export class StructureReader extends JsonTracker {
  /** The whole value, once it has ended. */
  root: Structure = unknown;
  private readonly containers: Opened[] = [];
  /** A value stands in the string that is read. */
  private hasHole = false;
  /** In JSON mode a value is one value, or the inside of a string; else it may write anything. */
  private readonly isStrict: boolean;

  constructor({ isStrict }: { isStrict: boolean }) {
    super();
    this.isStrict = isStrict;
  }

  /** A value is written here. Throws as `advance` does. */
  hole(at: At): void {
    if (this.part === 'string' || this.part === 'escape') this.hasHole = true;
    if (this.isStrict) {
      this.fill(null, at);
      return;
    }
    if (this.part === 'string') return;
    if (this.part === 'escape') {
      this.part = 'string';
      return;
    }
    this.part = 'none';
    // A value that is due is one value. Anywhere else there may be commas, members, or nothing.
    this.add(unknown, this.expected !== 'value');
    this.expected = 'anything';
  }

  protected override enter(bracket: '{' | '['): void {
    this.containers.push({
      value:
        bracket === '{'
          ? { kind: 'object', members: new Map(), isOpen: false }
          : { kind: 'array', items: [] },
      key: undefined,
      isUncertain: this.expected === 'anything',
    });
    super.enter(bracket);
  }

  protected override leave(): void {
    const left = this.containers.pop();
    if (left) this.add(left.value, left.isUncertain);
    super.leave();
  }

  protected override complete(what: 'string' | 'word' | 'value' | 'container'): void {
    const text = what === 'string' && !this.hasHole ? this.content : undefined;
    const isUncertain = this.expected === 'anything';
    if (this.awaitsKey()) this.key(text);
    else if (what === 'string') this.add({ kind: 'string', text: text ?? someText }, isUncertain);
    else if (what === 'word') this.add({ kind: 'other' }, isUncertain);
    else if (what === 'value') this.add(unknown, isUncertain);
    this.hasHole = false;
    super.complete(what);
  }

  private key(text: string | undefined): void {
    const container = this.containers.at(-1);
    if (!container) return;
    container.key = text;
    if (text === undefined && container.value.kind === 'object') container.value.isOpen = true;
  }

  /** `isUncertain`: a value before it may have made anything of it, a key too. */
  private add(value: Structure, isUncertain: boolean): void {
    const container = this.containers.at(-1);
    if (container === undefined) {
      if (this.expected !== 'end') this.root = isUncertain ? unknown : value;
    } else if (container.value.kind === 'array') container.value.items.push(value);
    else if (isUncertain) container.value.isOpen = true;
    else if (container.key !== undefined) container.value.members.set(container.key, value);
  }
}

/** Stands for a text with values in it, of which nothing is known. */
const someText = '?';
