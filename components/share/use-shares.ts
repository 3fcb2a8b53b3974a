import { useEffect, useState } from "react";
import type { Share } from "@/lib/chat/share";
import { readShares, revokeShare } from "@/lib/client/shares";

export type Shares = {
  list: readonly Share[];
  /** Why the list may not be what the server has. */
  fault: string | null;
  add(share: Share): void;
  revoke(id: string): Promise<void>;
};

/** The visitor's links, asked for when the dialog opens. */
export function useShares(): Shares {
  const [list, setList] = useState<readonly Share[]>([]);
  const [fault, setFault] = useState<string | null>(null);

  useEffect(() => {
    let isLeft = false;
    void readShares().then((read) => {
      if (isLeft) return;
      if (read.type === "done") setList(read.result);
      else setFault(read.error.message);
    });
    return () => {
      isLeft = true;
    };
  }, []);

  return {
    list,
    fault,
    add: (share) => setList((before) => [share, ...before.filter(({ id }) => id !== share.id)]),
    async revoke(id) {
      const revoked = await revokeShare(id);
      // One that is not there has been revoked elsewhere.
      const isGone = revoked.type === "done" || revoked.error.code === "not_found";
      setFault(isGone ? null : revoked.error.message);
      if (isGone) setList((before) => before.filter((share) => share.id !== id));
    },
  };
}
