/** It is as it should be. */
export const ok = (text) => ({ level: "ok", text });
/** Worth knowing. */
export const note = (text) => ({ level: "note", text });
/** Must be changed: the doctor ends with 1. */
export const change = (text) => ({ level: "change", text });

const REACHING = {
  ENOTFOUND: "its name is not known to DNS",
  EAI_AGAIN: "DNS did not answer",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "it did not answer in time",
  UND_ERR_CONNECT_TIMEOUT: "it did not answer in time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate comes from an authority this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's chain is incomplete",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** Why something could not be reached, in words; by the error's code, since its message may quote a secret. */
export function whyUnreachable(error) {
  if (error?.name === "TimeoutError") return REACHING.ETIMEDOUT;
  const code = error?.cause?.code ?? error?.code;
  return REACHING[code] ?? (code === undefined ? "the connection failed" : `the connection failed (${code})`);
}

/** What is wrong with this machine's clock, given another's and when that was asked; undefined when nothing is. */
export function clockFinding(theirMs, ourMs, whose) {
  const seconds = Math.round(Math.abs(theirMs - ourMs) / 1000);
  if (seconds <= 5) return ok(`The clock agrees with ${whose}.`);
  return change(
    `This machine's clock is ${seconds} s away from ${whose}. Turn on NTP (systemd: timedatectl set-ntp true): leases, sessions and daily budgets count by it.`,
  );
}
