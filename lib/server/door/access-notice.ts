import { environment } from "../env";
import { isGated } from "./access";

/** Says at boot, on standard error, that strangers may come in, when it looks as if they could. */
export function sayWhoMayEnter(): void {
  if (isGated() || !isReachable()) return;
  console.warn(
    "Platen: anyone who has the address can chat at your cost, because ACCESS_CODES is not set. " +
      "To ask for a code, set for example ACCESS_CODES=friends:<a long random word> and send your friends the link " +
      `${environment().appOrigin ?? ""}/#code=<that word>.`,
  );
}

/** A public address, or a proxy that somebody has put before it. */
function isReachable(): boolean {
  const { appOrigin, trustedProxyHops } = environment();
  if (trustedProxyHops > 0) return true;
  return (
    appOrigin !== undefined &&
    !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(new URL(appOrigin).hostname)
  );
}
