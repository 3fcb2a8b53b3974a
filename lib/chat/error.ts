/** Why an answer failed, as the contract names it. */
export type FailureCode =
  | "overloaded"
  | "rate_limited"
  | "unavailable"
  | "invalid_request"
  | "context_exceeded"
  | "internal";

/** Why a request was refused before any stream, as the contract names it. */
export type RefusalCode =
  | "invalid_request"
  | "access_required"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "budget_spent"
  | "busy"
  | "draining"
  | "internal";

/** Something a person may meet. `message` is one sentence for them; `retryAfterSeconds` is how long to wait. */
export type ChatError<Code extends string = FailureCode | RefusalCode> = {
  code: Code;
  message: string;
  retryAfterSeconds?: number;
  requestId?: string;
};

export type Failure = ChatError<FailureCode>;
export type Refusal = ChatError<RefusalCode>;

/** An error that carries what a person may be told. */
export class ChatFailure<Code extends string = FailureCode | RefusalCode> extends Error {
  readonly error: ChatError<Code>;

  constructor(error: ChatError<Code>, options?: { cause?: unknown }) {
    super(error.message, options);
    this.name = "ChatFailure";
    this.error = error;
  }
}
