import type { Outcome } from "@/lib/chat/message";

/** What the status region says of the answer being watched. A failure is said by its alert. */
export function statusOf(isBusy: boolean, outcome: Outcome | undefined): string {
  if (isBusy) return "Answering";
  switch (outcome?.type) {
    case "done":
      return "Answer complete";
    case "stopped":
      return "Stopped";
    case "interrupted":
      return "Interrupted";
    case "failed":
    case undefined:
      return "";
  }
}

/** The one region that speaks to a screen reader about an answer; it never reads the answer out piece by piece. */
export function Status({ text }: { text: string }) {
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}
