import type { RefObject } from "react";
import { Settings } from "./settings";
import { SidebarButtons } from "./sidebar";

type HeaderProps = { modelName: string; drawer: RefObject<HTMLDialogElement | null> };

/** Who answers, and the way to everything beside the conversation. */
export function Header({ modelName, drawer }: HeaderProps) {
  return (
    <header className="header">
      <SidebarButtons drawer={drawer} />
      <p className="min-w-0 truncate font-sans text-chrome text-soft">{modelName}</p>
      <div className="ml-auto flex">
        <Settings />
      </div>
    </header>
  );
}
