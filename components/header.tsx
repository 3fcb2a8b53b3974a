import type { ReactNode, RefObject } from "react";
import { ModelChoice } from "./model-menus";
import { Settings } from "./settings";
import { SidebarButtons } from "./sidebar";

type HeaderProps = {
  modelName: string;
  drawer: RefObject<HTMLDialogElement | null>;
  /** What can be done with the conversation. */
  children: ReactNode;
};

/** Who answers, and the way to everything beside the conversation. */
export function Header({ modelName, drawer, children }: HeaderProps) {
  return (
    <header className="header">
      <SidebarButtons drawer={drawer} />
      <ModelChoice configured={modelName} />
      <div className="ml-auto flex">
        {children}
        <Settings />
      </div>
    </header>
  );
}
