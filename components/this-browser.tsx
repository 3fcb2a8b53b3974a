"use client";

import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { deviceLink, makeDeviceLink, signOut } from "@/lib/client/device";
import { copyText } from "./copy-text";
import { type Drawing, drawQrCode } from "./qr-code";
import { RefusedSentence } from "./refused-sentence";

/** What ties the reader to this browser: the way to another one, and the way out. */
export function ThisBrowser() {
  return (
    <>
      <AnotherDevice />
      <SignOut />
    </>
  );
}

type Link = { url: string; drawing: Drawing };

function AnotherDevice() {
  const [link, setLink] = useState<Link>();
  const [sentence, setSentence] = useState("");

  async function make(): Promise<void> {
    const made = await makeDeviceLink();
    if (made.type === "refused") return setSentence(made.error.message);
    const url = deviceLink(made.result.token);
    setSentence("");
    setLink({ url, drawing: await drawQrCode(url) });
  }

  return (
    <section>
      <h3 className="mb-2 font-sans text-chrome text-soft">Use on another device</h3>
      <p className="mb-3 font-sans text-small text-soft">
        A link takes your conversations to another browser. It works once, within ten minutes, for whoever has it.
      </p>
      {link !== undefined && <LinkToDevice key={link.url} link={link} />}
      <button type="button" className="button" onClick={make}>
        {link === undefined ? "Make a link" : "Make a new link"}
      </button>
      <RefusedSentence sentence={sentence} />
    </section>
  );
}

function LinkToDevice({ link: { url, drawing } }: { link: Link }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <div className="mb-3 grid gap-3">
      <svg
        className="qr-code"
        viewBox={`0 0 ${drawing.size} ${drawing.size}`}
        role="img"
        aria-label="QR code of the link"
      >
        <rect width={drawing.size} height={drawing.size} fill="#fff" />
        <path d={drawing.path} fill="#000" shapeRendering="crispEdges" />
      </svg>
      <div className="gate-row">
        <input
          className="field"
          readOnly
          aria-label="Link to another device"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" className="button" onClick={async () => setIsCopied(await copyText(url))}>
          {isCopied ? "Copied" : "Copy link"}
        </button>
      </div>
    </div>
  );
}

function SignOut() {
  const [isAsking, setIsAsking] = useState(false);
  const [sentence, setSentence] = useState("");
  const button = useRef<HTMLButtonElement>(null);

  /** What was pressed goes: the focus, and with it the view, goes to what stands there now. */
  function ask(isAsked: boolean): void {
    flushSync(() => setIsAsking(isAsked));
    button.current?.focus();
  }

  async function leave(): Promise<void> {
    const left = await signOut();
    if (left.type === "done") window.location.assign("/");
    else setSentence(left.error.message);
  }

  return (
    <section>
      <h3 className="mb-2 font-sans text-chrome text-soft">This browser</h3>
      {isAsking ? (
        <>
          <p className="mb-3 font-sans text-small text-soft">
            This browser will forget who you are. Nothing is deleted, but without another device of yours nobody can
            reach your conversations again. Delete them first if they should be gone.
          </p>
          <div className="flex flex-wrap gap-2">
            <button type="button" className="button button-grave" onClick={leave}>
              Sign out for good
            </button>
            <button ref={button} type="button" className="button" onClick={() => ask(false)}>
              Stay
            </button>
          </div>
        </>
      ) : (
        <button ref={button} type="button" className="button" onClick={() => ask(true)}>
          Sign out
        </button>
      )}
      <RefusedSentence sentence={sentence} />
    </section>
  );
}
