import type { Refusal } from "@/lib/chat/error";
import { noticeAccess } from "./gate";

/** What the server said: what was asked for, or why not. */
export type Answered<Result> = { type: "done"; result: Result } | { type: "refused"; error: Refusal };

const UNREACHED: Refusal = { code: "internal", message: "Platen could not be reached. Please try again." };

/** Makes one call of the API that answers in JSON. Never rejects. */
export async function ask<Result>(address: string, init: RequestInit): Promise<Answered<Result>> {
  try {
    const response = await fetch(address, init);
    noticeAccess(response);
    const body = (await response.json()) as Result & { error?: Refusal };
    if (response.ok) return { type: "done", result: body };
    return { type: "refused", error: body.error ?? UNREACHED };
  } catch {
    return { type: "refused", error: UNREACHED }; // Offline, or something between us answered in another language.
  }
}

/** A body of JSON, and the method to send it with. */
export function sending(method: "POST" | "PATCH", body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
