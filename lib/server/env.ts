/** The environment, parsed. Absent keys were not set; seconds may be fractions. */
export type Environment = {
  apiKey?: string;
  /** Any server that speaks the Messages API, without a trailing slash. */
  baseUrl?: string;
  model?: string;
  systemPrompt?: string;
  port: number;
  dataDir: string;
  databaseUrl?: string;
  /** Scheme, host and port of the public URL, as a browser writes an origin. */
  appOrigin?: string;
  accessCodes: readonly { label: string; code: string }[];
  /** The first signs; all are accepted. Empty: one is made and kept in `dataDir`. */
  sessionSecrets: readonly string[];
  trustedProxyHops: number;
  dailyBudgetUsd?: number;
  visitorDailyBudgetUsd?: number;
  messagesPerMinute?: number;
  messagesPerDay?: number;
  maxStreams: number;
  maxStreamsPerVisitor: number;
  /** Of all that is kept of a visitor. */
  maxStoredMegabytesPerVisitor?: number;
  maxOutputTokens: number;
  maxInputTokens: number;
  unattendedSeconds: number;
  stallSeconds: number;
  retentionDays?: number;
  logLevel: (typeof LOG_LEVELS)[number];
  metricsToken?: string;
  drainSeconds: number;
  otlpEndpoint?: string;
};

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** Answers under way of one visitor: where a public address is set strangers come, elsewhere only who runs it. */
const STREAMS_OF_A_STRANGER = 20;
const STREAMS_AT_HOME = 1_000;
/** Some million short messages. */
const MEGABYTES_OF_A_STRANGER = 1_000;
/** 24 days; a timer of Node's that is set for longer runs at once. */
const LONGEST_TIMER_SECONDS = 2_147_483;

/** sysexits.h: configuration error. */
export const EXIT_CONFIGURATION = 78;

type Variables = Readonly<Record<string, string | undefined>>;

export type ReadEnvironment = { environment: Environment } | { faults: readonly string[] };

/** The environment read from `variables`, or every fault in it as a sentence. No fault repeats a secret. */
export function readEnvironment(variables: Variables): ReadEnvironment {
  const faults: string[] = [];
  const read = reader(variables, faults);
  const environment: Environment = {
    ...read.optional("apiKey", read.word("ANTHROPIC_API_KEY")),
    ...read.optional("baseUrl", read.url("ANTHROPIC_BASE_URL", ["http:", "https:"])),
    ...read.optional("model", read.word("ANTHROPIC_MODEL")),
    ...read.optional("systemPrompt", read.text("SYSTEM_PROMPT")),
    port: read.number("PORT", { atLeast: 0, atMost: 65_535, isWhole: true }) ?? 3000,
    dataDir: read.text("DATA_DIR") ?? "./data",
    ...read.optional("databaseUrl", read.url("DATABASE_URL", ["postgres:", "postgresql:"])),
    ...read.optional("appOrigin", read.origin("APP_ORIGIN")),
    accessCodes: read.accessCodes("ACCESS_CODES"),
    sessionSecrets: read.secrets("SESSION_SECRET"),
    trustedProxyHops: read.number("TRUSTED_PROXY_HOPS", { atLeast: 0, atMost: 16, isWhole: true }) ?? 0,
    ...read.optional("dailyBudgetUsd", read.number("DAILY_BUDGET_USD", { atLeast: 0 })),
    ...read.optional("visitorDailyBudgetUsd", read.number("VISITOR_DAILY_BUDGET_USD", { atLeast: 0 })),
    ...read.optional("messagesPerMinute", read.number("MESSAGES_PER_MINUTE", { atLeast: 1, isWhole: true })),
    ...read.optional("messagesPerDay", read.number("MESSAGES_PER_DAY", { atLeast: 1, isWhole: true })),
    maxStreams: read.number("MAX_STREAMS", { atLeast: 1, isWhole: true }) ?? 2_000,
    maxStreamsPerVisitor:
      read.number("MAX_STREAMS_PER_VISITOR", { atLeast: 1, isWhole: true }) ??
      (isSet(variables, "APP_ORIGIN") ? STREAMS_OF_A_STRANGER : STREAMS_AT_HOME),
    ...read.optional(
      "maxStoredMegabytesPerVisitor",
      read.number("MAX_STORED_MB_PER_VISITOR", { atLeast: 1, isWhole: true }) ??
        (isSet(variables, "APP_ORIGIN") ? MEGABYTES_OF_A_STRANGER : undefined),
    ),
    maxOutputTokens: read.number("MAX_OUTPUT_TOKENS", { atLeast: 1, isWhole: true }) ?? 16_000,
    maxInputTokens: read.number("MAX_INPUT_TOKENS", { atLeast: 1, isWhole: true }) ?? 180_000,
    unattendedSeconds: read.number("UNATTENDED_SECONDS", { atLeast: 0, atMost: LONGEST_TIMER_SECONDS }) ?? 60,
    stallSeconds: read.number("STALL_SECONDS", { atLeast: 0.01, atMost: LONGEST_TIMER_SECONDS }) ?? 60,
    ...read.optional("retentionDays", read.number("RETENTION_DAYS", { atLeast: 1, atMost: 36_500 })),
    logLevel: read.oneOf("LOG_LEVEL", LOG_LEVELS) ?? "info",
    ...read.optional("metricsToken", read.word("METRICS_TOKEN")),
    drainSeconds: read.number("DRAIN_SECONDS", { atLeast: 0 }) ?? 25,
    ...read.optional("otlpEndpoint", read.url("OTEL_EXPORTER_OTLP_ENDPOINT", ["http:", "https:"])),
  };
  faults.push(...contradictions(variables, environment));
  return faults.length > 0 ? { faults } : { environment };
}

function contradictions(variables: Variables, environment: Environment): string[] {
  const { dailyBudgetUsd, visitorDailyBudgetUsd, messagesPerMinute, messagesPerDay } = environment;
  const faults: string[] = [];
  if (visitorDailyBudgetUsd !== undefined && dailyBudgetUsd !== undefined && visitorDailyBudgetUsd > dailyBudgetUsd) {
    faults.push("VISITOR_DAILY_BUDGET_USD is larger than DAILY_BUDGET_USD: no visitor could ever reach it.");
  }
  if (messagesPerMinute !== undefined && messagesPerDay !== undefined && messagesPerMinute > messagesPerDay) {
    faults.push("MESSAGES_PER_MINUTE is larger than MESSAGES_PER_DAY.");
  }
  if (isSet(variables, "MAX_STREAMS") && isSet(variables, "MAX_STREAMS_PER_VISITOR")) {
    if (environment.maxStreamsPerVisitor > environment.maxStreams) {
      faults.push("MAX_STREAMS_PER_VISITOR is larger than MAX_STREAMS.");
    }
  }
  return faults;
}

function isSet(variables: Variables, name: string): boolean {
  return (variables[name] ?? "").trim() !== "";
}

type NumberBounds = { atLeast: number; atMost?: number; isWhole?: boolean };

/** Readers of one variable each: its value, or undefined when it is unset, or undefined and a fault noted. */
function reader(variables: Variables, faults: string[]) {
  const text = (name: string) => (isSet(variables, name) ? (variables[name] ?? "").trim() : undefined);

  function fault(name: string, sentence: string): undefined {
    faults.push(`${name} ${sentence}`);
    return undefined;
  }

  function number(name: string, { atLeast, atMost = Number.MAX_SAFE_INTEGER, isWhole = false }: NumberBounds) {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    const isRight = value >= atLeast && value <= atMost && (!isWhole || Number.isInteger(value));
    if (isRight) return value;
    const range = atMost === Number.MAX_SAFE_INTEGER ? `of at least ${atLeast}` : `from ${atLeast} to ${atMost}`;
    return fault(name, `must be a ${isWhole ? "whole " : ""}number ${range}.`);
  }

  function url(name: string, schemes: readonly string[]) {
    const given = text(name);
    if (given === undefined) return undefined;
    if (URL.canParse(given) && schemes.includes(new URL(given).protocol)) return given.replace(/\/+$/, "");
    return fault(name, `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}.`);
  }

  function origin(name: string) {
    const given = url(name, ["http:", "https:"]);
    if (given === undefined) return undefined;
    const parsed = new URL(given);
    if (parsed.pathname === "/" && parsed.search === "" && parsed.hash === "" && parsed.username === "") {
      return parsed.origin;
    }
    return fault(name, "must be the public address alone, such as https://chat.example.org, without a path.");
  }

  function word(name: string) {
    const given = text(name);
    if (given === undefined || /^[\x21-\x7e]+$/.test(given)) return given;
    return fault(name, "contains a space, a line break or a character that does not belong there.");
  }

  function secrets(name: string) {
    const given = text(name);
    if (given === undefined) return [];
    const parts = given.split(",").map((part) => part.trim());
    if (parts.every((part) => part.length >= 16)) return parts;
    fault(name, "must be a comma list of secrets of at least 16 characters each.");
    return [];
  }

  function accessCodes(name: string) {
    const given = text(name);
    if (given === undefined) return [];
    const codes = given.split(",").map((entry) => {
      const at = entry.indexOf(":");
      return { label: entry.slice(0, at).trim(), code: entry.slice(at + 1).trim(), isPair: at > 0 };
    });
    const isRight = codes.every(({ label, code, isPair }) => isPair && label !== "" && code.length >= 8);
    const areDistinct =
      new Set(codes.map(({ label }) => label)).size === codes.length &&
      new Set(codes.map(({ code }) => code)).size === codes.length;
    if (isRight && areDistinct) return codes.map(({ label, code }) => ({ label, code }));
    fault(
      name,
      "must be a list like friends:code-one,family:code-two: labels and codes distinct, codes of 8 and more.",
    );
    return [];
  }

  function oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const given = text(name);
    if (given === undefined) return undefined;
    return choices.find((choice) => choice === given) ?? fault(name, `must be one of ${choices.join(", ")}.`);
  }

  /** `{ [key]: value }`, or nothing: exact optional properties have no undefined. */
  function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
    return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
  }

  return { text, number, url, origin, word, secrets, accessCodes, oneOf, optional };
}

/** The faults as one message for the terminal. */
export function faultList(faults: readonly string[]): string {
  const count = faults.length === 1 ? "one setting is" : `${faults.length} settings are`;
  return `Platen cannot start: ${count} wrong.\n${faults.map((fault) => `  - ${fault}`).join("\n")}`;
}

let parsed: Environment | undefined;

/** The process's environment, parsed once. Ends the process with every fault listed (exit 78) when it is wrong. */
export function environment(): Environment {
  if (parsed !== undefined) return parsed;
  const result = readEnvironment(process.env);
  if ("faults" in result) {
    console.error(faultList(result.faults));
    process.exit(EXIT_CONFIGURATION);
  }
  parsed = result.environment;
  return parsed;
}
