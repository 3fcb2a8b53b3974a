import type { RequestRecord } from "./request-log";
import type { Scenario } from "./scenario";

/** A scenario, or what chooses one for a request. */
export type Script = Scenario | ((request: RequestRecord) => Scenario);

/** A running fake Messages API. */
export interface Upstream {
  /** For `ANTHROPIC_BASE_URL`; no slash at its end. */
  url: string;
  /** Every API request, in order of arrival; live. */
  requests: RequestRecord[];
  /** The requests for a title, which are among no others: they come when nothing is under way, and no test need reckon with them. */
  titleRequests: RequestRecord[];
  /** Answers the requests for a title this way; null, as at first, refuses them, and titles stay as they are. */
  scriptTitles(script: Script | null): void;
  /** Answers all further valid requests for messages this way; null brings the default answer back. */
  script(script: Script | null): void;
  /** Answers the next requests for messages, one script each, before `script` counts again. A retry takes one too. */
  scriptNext(...scripts: Script[]): void;
  /** The same for `GET /v1/models`; null brings the list back. */
  scriptModels(script: Script | null): void;
  /** The first request, seen already or still to come, for which this holds. Rejects when the upstream is closed. */
  waitFor(predicate: (request: RequestRecord) => boolean): Promise<RequestRecord>;
  /** Forgets scripts and records. */
  reset(): void;
  /** Cuts what is open and frees the port. */
  close(): Promise<void>;
}
