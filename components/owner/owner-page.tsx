"use client";

import Link from "next/link";
import { type ReactNode, useEffect, useState } from "react";
import { dollars } from "@/lib/chat/money";
import type { OwnerChange, OwnerOverview } from "@/lib/chat/owner";
import type { Answered } from "@/lib/client/ask";
import { changeAsOwner, endShareAsOwner, readOverview } from "@/lib/client/owner";
import { applyPreferences } from "@/lib/client/preferences";
import { Ceilings } from "./ceilings";
import { Refusals, Shares, UnderWay } from "./owner-tables";
import { ServiceSwitch } from "./service-switch";
import { SpendingChart } from "./spending-chart";

const REFRESH_MS = 5_000;

/** What the owner sees and may change. Of what people write, nothing. */
export function OwnerPage({ initial }: { initial: OwnerOverview }) {
  const { overview, sentence, change, revoke } = useOverview(initial);
  const { settings, today, visitors, underWay } = overview;

  return (
    <div className="owner-page">
      <title>Owner · Platen</title>
      <header className="owner-header">
        <Link href="/" prefetch={false} className="owner-home">
          Platen
        </Link>
        <h1 className="font-sans text-chrome text-soft">Owner</h1>
      </header>
      <main className="owner-sheet">
        <p role="alert" className={sentence === "" ? "sr-only" : "owner-alert"}>
          {sentence}
        </p>
        <Section title="Service">
          <ServiceSwitch isPaused={settings.isPaused} underWay={underWay.length} onChange={change} />
        </Section>
        <Section title="Today">
          <dl className="owner-figures">
            <Figure name="Spent" value={dollars(today.spentUsd)} />
            <Figure name="Set aside for answers under way" value={dollars(today.heldUsd)} />
            <Figure name="Visitors who asked" value={`${visitors.today}`} />
            <Figure name="Visitors ever" value={`${visitors.known}`} />
          </dl>
        </Section>
        <Section title="Spending">
          <SpendingChart overview={overview} />
        </Section>
        <Section title="Ceilings, in dollars a day">
          <p className="owner-quiet">Days are days of UTC. A change counts from the next message on.</p>
          <Ceilings overview={overview} onChange={change} />
          <label className="owner-check">
            <input
              type="checkbox"
              checked={settings.isLeftShown}
              onChange={(event) => change({ isLeftShown: event.currentTarget.checked })}
            />
            Visitors see what is left for them
          </label>
        </Section>
        <Section title={`Answers under way: ${underWay.length}`}>
          <UnderWay overview={overview} />
        </Section>
        <Section title="Refused">
          <Refusals overview={overview} />
        </Section>
        <Section title="Shared">
          <Shares overview={overview} onRevoke={revoke} />
        </Section>
      </main>
    </div>
  );
}

/** The overview as it stands, asked for again every few seconds while somebody looks. */
function useOverview(initial: OwnerOverview) {
  const [overview, setOverview] = useState(initial);
  const [sentence, setSentence] = useState("");

  async function act(action: Promise<Answered<unknown>>): Promise<void> {
    const answered = await action;
    setSentence(answered.type === "refused" ? answered.error.message : "");
    await refresh(setOverview);
  }

  async function change(to: OwnerChange): Promise<void> {
    setOverview((seen) => expecting(seen, to));
    await act(changeAsOwner(to));
  }

  useEffect(applyPreferences, []);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void refresh(setOverview);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  return { overview, sentence, change, revoke: (id: string) => act(endShareAsOwner(id)) };
}

/** Shows what the server says now. What it does not answer is asked again in a moment. */
async function refresh(show: (overview: OwnerOverview) => void): Promise<void> {
  const answered = await readOverview();
  if (answered.type === "done") show(answered.result);
}

/** The overview as it will be when the server has made the change: a switch does not wait for it. */
function expecting(overview: OwnerOverview, { isPaused, isLeftShown }: OwnerChange): OwnerOverview {
  const { settings } = overview;
  return {
    ...overview,
    settings: {
      ...settings,
      isPaused: isPaused ?? settings.isPaused,
      isLeftShown: isLeftShown ?? settings.isLeftShown,
    },
  };
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="owner-section">
      <h2 className="font-serif text-title text-ink">{title}</h2>
      {children}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="owner-figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
