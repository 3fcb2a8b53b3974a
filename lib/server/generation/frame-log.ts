import type { GenerationEvent } from "@/lib/chat/message";
import { dataOf, frameOf } from "./event-stream";

/** Bytes of the first piece; each further one has twice as many, up to the most. */
const FIRST_PIECE = 2 * 1024;
const LARGEST_PIECE = 16 * 1024;
const FIRST_EVENTS = 32;

const decoder = new TextDecoder();

type EventType = GenerationEvent["type"];

/** An event with its JSON and the milliseconds since the answer began. */
export type Logged = { type: EventType; data: string; atMs: number };

/** Frames that lie together, and how many events came before them. */
type Piece = { bytes: Buffer; before: number };

/**
 * The events of one answer under way, numbered from 1, as they go over the wire, in memory beside the script's heap. A
 * thousand answers log thousands of events a second: as objects they would be gone through in every collection of
 * garbage, and be encoded anew for each follower.
 */
export class FrameLog {
  private readonly pieces: Piece[] = [];
  /** Where each event's frame ends in its piece, and when it came. */
  private ends = new Uint32Array(FIRST_EVENTS);
  private timesMs = new Uint32Array(FIRST_EVENTS);
  private count = 0;
  private last: EventType | undefined;

  get length(): number {
    return this.count;
  }

  get lastType(): EventType | undefined {
    return this.last;
  }

  push({ type, data, atMs }: Logged): void {
    const frame = frameOf(this.count + 1, type, data);
    const length = Buffer.byteLength(frame);
    const piece = this.pieceFor(length);
    const from = this.startIn(piece, this.count);
    piece.bytes.write(frame, from);
    if (this.count === this.ends.length) {
      this.ends = doubled(this.ends);
      this.timesMs = doubled(this.timesMs);
    }
    this.ends[this.count] = from + length;
    this.timesMs[this.count] = atMs;
    this.count += 1;
    this.last = type;
  }

  /**
   * Frames after event `after`, about `maximumLength` bytes of them; `last` is the number of the last one. What is written
   * later stands behind them: nobody who holds them sees them change.
   */
  framesAfter(after: number, maximumLength: number): { bytes: Uint8Array; last: number } {
    const at = this.pieces.findLastIndex(({ before }) => before <= after);
    const piece = this.pieces[at];
    if (piece === undefined || after >= this.count) return { bytes: new Uint8Array(), last: after };
    const from = this.startIn(piece, after);
    const end = this.pieces[at + 1]?.before ?? this.count;
    let last = after + 1;
    while (last < end && this.startIn(piece, last) - from < maximumLength) last += 1;
    return { bytes: piece.bytes.subarray(from, this.startIn(piece, last)), last };
  }

  /** Every event, without its type. */
  all(): Omit<Logged, "type">[] {
    return Array.from({ length: this.count }, (_, index) => ({
      data: dataOf(decoder.decode(this.framesAfter(index, 1).bytes)),
      atMs: this.timesMs[index] ?? 0,
    }));
  }

  /** Where the frame after the first `count` events begins in `piece`, which has it. */
  private startIn(piece: Piece, count: number): number {
    return count === piece.before ? 0 : (this.ends[count - 1] ?? 0);
  }

  private pieceFor(length: number): Piece {
    const open = this.pieces.at(-1);
    if (open !== undefined && this.startIn(open, this.count) + length <= open.bytes.length) return open;
    const usual = open === undefined ? FIRST_PIECE : Math.min(2 * open.bytes.length, LARGEST_PIECE);
    const piece = { bytes: Buffer.allocUnsafeSlow(Math.max(usual, length)), before: this.count };
    this.pieces.push(piece);
    return piece;
  }
}

function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}
