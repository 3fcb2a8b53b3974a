"use client";

import { useState } from "react";
import { DEMO_MODEL, modelName } from "@/lib/chat/model-name";
import { chooseModel, loadModels, type Models, useModels } from "@/lib/client/models";
import { Icon } from "./icons";
import { Menu, type MenuEntry } from "./menu";

/** The model that writes the next answer, and the choice of another. `configured` is the name of the one that is set up. */
export function ModelChoice({ configured }: { configured: string }) {
  const { chosen, listed } = useModels();
  const name = chosen?.displayName ?? configured;
  if (!hasChoice(configured)) return <p className="model-name">{name}</p>;
  const chosenId = chosen?.id ?? listed?.[0]?.id;
  return (
    <Menu
      name={`Model: ${name}`}
      className="model-choice"
      entries={listed === null ? null : entriesFrom(listed, chosenId)}
      onOpen={() => void loadModels()}
      onPick={(id) => chooseModel(id === listed?.[0]?.id ? null : (listed?.find((model) => model.id === id) ?? null))}
    >
      <span className="truncate">{name}</span>
      <Icon name="unfold" />
    </Menu>
  );
}

type RetryMenuProps = {
  configured: string;
  model: string | undefined;
  /** Retry stands beside it, and says what it is about. */
  isBesideRetry: boolean;
  isDisabled: boolean;
  onPick(model: string): void;
};

/** Retry, by another model; `model` wrote the answer that is there. */
export function RetryMenu({ configured, model, isBesideRetry, isDisabled, onPick }: RetryMenuProps) {
  const { listed } = useModels();
  // One that is on the page stays: it would go at the moment it is pressed.
  const [isAlone] = useState(listed !== null && listed.length < 2);
  if (isAlone || !hasChoice(configured)) return null;
  return (
    <Menu
      name="Ask another model"
      className={isBesideRetry ? "icon-button" : "text-button"}
      isDisabled={isDisabled}
      entries={listed === null ? null : entriesFrom(listed, model)}
      onOpen={() => void loadModels()}
      onPick={onPick}
    >
      {!isBesideRetry && "Ask another model"}
      <Icon name="unfold" />
    </Menu>
  );
}

function hasChoice(configured: string): boolean {
  return configured !== modelName(DEMO_MODEL);
}

function entriesFrom(listed: NonNullable<Models["listed"]>, checkedId: string | undefined): MenuEntry[] {
  return listed.map(({ id, displayName }) => ({ id, label: displayName, isChecked: id === checkedId }));
}
