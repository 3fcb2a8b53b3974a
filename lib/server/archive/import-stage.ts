import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Lines on the disk between reading a file and keeping what it holds. */
export type Stage = {
  /** Adds a line, which must hold no line break. */
  add(line: string): void;
  /** Writes what was added, once there is enough of it. */
  settle(): Promise<void>;
  /** The lines in their order; nothing can be added any more. */
  lines(): AsyncGenerator<string>;
  close(): Promise<void>;
};

const WRITE_LENGTH = 1_000_000;
const READ_BYTES = 256 * 1024;

/** A stage in `dataDir`. Its file has no name, so that whatever ends the process ends the file. */
export async function openStage(dataDir: string): Promise<Stage> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, `import-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
  } catch (error) {
    await file.close();
    throw error;
  }
  let waiting: string[] = [];
  let length = 0;

  async function write(): Promise<void> {
    const text = waiting.join("");
    waiting = [];
    length = 0;
    if (text !== "") await file.appendFile(text);
  }

  return {
    add(line) {
      waiting.push(line, "\n");
      length += line.length;
    },
    async settle() {
      if (length >= WRITE_LENGTH) await write();
    },
    async *lines() {
      await write();
      yield* linesOf(file);
    },
    close: () => file.close(),
  };
}

async function* linesOf(file: FileHandle): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(READ_BYTES);
  let pieces: string[] = [];
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const [rest = "", ...lines] = decoder.decode(buffer.subarray(0, bytesRead), { stream: true }).split("\n");
    pieces.push(rest);
    for (const line of lines) {
      yield pieces.join("");
      pieces = [line];
    }
  }
}
