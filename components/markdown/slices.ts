const SLICE_MS = 8;

/** Runs `step` until it returns false, a few milliseconds at a time, so that the page answers in between. Returns what ends it early. */
export function inSlices(step: () => boolean): () => void {
  let isOver = false;
  const run = () => {
    const end = performance.now() + SLICE_MS;
    while (!isOver && performance.now() < end) if (!step()) isOver = true;
    if (!isOver) later(run);
  };
  later(run);
  return () => {
    isOver = true;
  };
}

/** Runs all that `waiting` holds, in order, a few milliseconds at a time. What is deleted from it meanwhile does not run. */
export function runInSlices<Key>(waiting: Map<Key, () => void>): void {
  inSlices(() => {
    const [first] = waiting;
    if (first === undefined) return false;
    const [key, run] = first;
    waiting.delete(key);
    run();
    return true;
  });
}

function later(run: () => void): void {
  // A message comes before the next frame but lets input pass; timers are held to 4 ms each, idle time may never come.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}
