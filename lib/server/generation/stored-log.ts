import type { Instance } from "../instance";
import type { Store } from "../store/database";
import { readLog } from "../store/event-log";
import { frameOf, type LogSource } from "./event-stream";

const STRETCHES_A_PAGE = 16;

const encoder = new TextEncoder();

/** The log in the store: of an answer that has ended, or that another instance is writing. */
export function storedLog({ store, bus, readingElsewhere }: Instance, id: string): LogSource {
  return {
    async read(after, maximumLength) {
      const page = () => readLog(store, id, after, STRETCHES_A_PAGE);
      let logged = await page();
      const isPast = logged.length === 0 && (await isPastEnd(store, id));
      // The end may have been written between the two questions.
      if (isPast) logged = await page();
      let text = "";
      let last: (typeof logged)[number] | undefined;
      for (const one of logged) {
        if (text.length >= maximumLength) break;
        text += frameOf(one.n, one.event.type, JSON.stringify(one.event));
        last = one;
      }
      const isEnd = last === undefined ? isPast : last.event.type === "generation_end";
      return { bytes: encoder.encode(text), last: last?.n ?? after, isEnd };
    },
    attend(wake) {
      readingElsewhere.set(id, (readingElsewhere.get(id) ?? 0) + 1);
      const unsubscribe = bus.onChange(id, wake);
      return () => {
        unsubscribe();
        const left = (readingElsewhere.get(id) ?? 1) - 1;
        if (left === 0) readingElsewhere.delete(id);
        else readingElsewhere.set(id, left);
      };
    },
  };
}

/** Nothing more will come: the answer has ended before the reader's cursor, or is deleted. */
async function isPastEnd(store: Store, id: string): Promise<boolean> {
  const row = await store.selectFrom("generations").select("settled_at").where("id", "=", id).executeTakeFirst();
  return row === undefined || row.settled_at !== null;
}
