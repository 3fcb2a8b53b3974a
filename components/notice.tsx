"use client";

import { useEffect, useState } from "react";
import type { Failure } from "@/lib/chat/error";
import type { Outcome } from "@/lib/chat/message";

/** What a person is told about an answer, and what they can do about it. A quiet one is no failure. */
export type NoticeText = {
  tone: "quiet" | "failure";
  sentence: string;
  remedy: "retry" | "new_conversation" | "none";
  waitSeconds: number;
};

function quiet(sentence: string, remedy: NoticeText["remedy"] = "none"): NoticeText {
  return { tone: "quiet", sentence, remedy, waitSeconds: 0 };
}

function failure(sentence: string, remedy: NoticeText["remedy"], waitSeconds = 0): NoticeText {
  return { tone: "failure", sentence, remedy, waitSeconds };
}

/** What to say about how an answer ended; null when it ended as it should. */
export function noticeOf(outcome: Outcome): NoticeText | null {
  switch (outcome.type) {
    case "done":
      return noticeOfStopReason(outcome.stop_reason);
    case "stopped":
      return quiet("Stopped");
    case "interrupted":
      return failure("The connection to the model broke off. What arrived is kept.", "retry");
    case "failed":
      return noticeOfFailure(outcome.error);
  }
}

/** The model's words for an end. It may learn new ones, so a word that is not known here is an ordinary end. */
function noticeOfStopReason(stopReason: string): NoticeText | null {
  if (stopReason === "max_tokens") return quiet("The answer reached its length limit.");
  if (stopReason === "refusal")
    return quiet("Claude declined to answer this. Put in another way, it may well be able to help.");
  if (stopReason === "model_context_window_exceeded") {
    return quiet("This conversation has filled all that the model can hold.", "new_conversation");
  }
  return null;
}

function noticeOfFailure({ code, retryAfterSeconds }: Failure): NoticeText {
  switch (code) {
    case "overloaded":
      return failure(
        `The model has more to do than it can manage just now. ${whenAgain(retryAfterSeconds, "Give it a moment.")}`,
        "retry",
        retryAfterSeconds,
      );
    case "rate_limited":
      return failure(
        `Too much was asked of the model at once. ${whenAgain(retryAfterSeconds, "It needs a short rest.")}`,
        "retry",
        retryAfterSeconds,
      );
    case "unavailable":
      return failure("The owner has paused this service. Nothing you wrote is lost; come back later.", "none");
    case "invalid_request":
      return failure("The model could not make sense of this conversation as it stands.", "new_conversation");
    case "context_exceeded":
      return failure("This conversation has grown too long for the model.", "new_conversation");
    case "internal":
      return failure("Something went wrong here, not with you.", "retry");
  }
}

/** What to say while the model is being asked again. */
export function retryingSentence(code: string): string {
  return code === "overloaded" || code === "rate_limited"
    ? "The model is busy. Asking again."
    : "Asking the model again.";
}

/** When to try again, where that is long enough to go and do something else. */
function whenAgain(seconds: number | undefined, otherwise: string): string {
  if (seconds === undefined || seconds < 90) return otherwise;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90
    ? `It can be asked again in ${minutes} minutes.`
    : `It can be asked again in ${Math.ceil(minutes / 60)} hours.`;
}

type NoticeProps = {
  notice: NoticeText;
  /** It happened under the reader's eyes, so it is announced and waits its time; in an old conversation it just stands there. */
  isLive: boolean;
  /** Another answer is under way: nothing more can be asked for meanwhile. */
  isAnswering: boolean;
  onRetry(): void;
  /** Undefined where there is nothing to go on from. */
  onContinue: (() => void) | undefined;
  onNewConversation(): void;
};

export function Notice({ notice, isLive, isAnswering, onRetry, onContinue, onNewConversation }: NoticeProps) {
  const { tone, sentence, remedy, waitSeconds } = notice;
  const isAlert = isLive && tone === "failure";
  return (
    <div
      className={`mt-3 flex min-h-tap flex-wrap items-center gap-x-4 gap-y-2 font-sans text-chrome ${
        tone === "failure" ? "border-l-2 border-ribbon pl-4 text-ink" : "text-faint"
      }`}
    >
      {isAlert ? <p role="alert">{sentence}</p> : <p>{sentence}</p>}
      <div className="flex flex-wrap gap-2 empty:hidden">
        {onContinue !== undefined && (
          <button type="button" className="button" disabled={isAnswering} onClick={onContinue}>
            Continue
          </button>
        )}
        {remedy === "retry" && (
          <RetryButton waitSeconds={isLive ? waitSeconds : 0} isDisabled={isAnswering} onRetry={onRetry} />
        )}
        {remedy === "new_conversation" && (
          <button type="button" className="button" onClick={onNewConversation}>
            New conversation
          </button>
        )}
      </div>
    </div>
  );
}

type RetryButtonProps = { waitSeconds: number; isDisabled?: boolean; onRetry(): void };

/** `Retry`, once `waitSeconds` are over; until then it says how long. */
export function RetryButton({ waitSeconds, isDisabled = false, onRetry }: RetryButtonProps) {
  const leftSeconds = useCountdown(waitSeconds);
  return (
    <button
      type="button"
      className="button"
      aria-label="Retry"
      disabled={isDisabled || leftSeconds > 0}
      onClick={onRetry}
    >
      {leftSeconds > 0 ? <span className="tabular-nums">Retry in {clock(leftSeconds)}</span> : "Retry"}
    </button>
  );
}

function clock(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Whole seconds left of `seconds`, counted from when the component appeared. */
function useCountdown(seconds: number): number {
  const [leftSeconds, setLeftSeconds] = useState(Math.ceil(seconds));
  useEffect(() => {
    const endsAtMs = performance.now() + seconds * 1000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((endsAtMs - performance.now()) / 1000));
      setLeftSeconds(left);
      if (left === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return leftSeconds;
}
