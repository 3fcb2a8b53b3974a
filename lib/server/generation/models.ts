import { DEMO_MODEL, modelName } from "@/lib/chat/model-name";
import { instance, isoTime } from "../instance";
import { type ListedModel, listModels, modelId } from "../model";
import { errorFields, log } from "../operating/log";
import { processWide } from "../process-wide";
import { isListedModel, readListedModels, saveListedModels } from "../store/listed-models";

/** A model that may be picked. What the API does not say is null. */
export type OfferedModel = {
  id: string;
  displayName: string;
  /** In tokens. */
  maxInputTokens: number | null;
  maxTokens: number | null;
  capabilities: Capabilities | null;
};

type Capabilities = {
  thinking: boolean;
  /** The levels it knows, from the least. */
  effort: string[];
  imageInput: boolean;
  pdfInput: boolean;
  citations: boolean;
  webSearch: boolean;
};

const KEEP_MS = 60 * 60_000;
/** After a failure the API is asked again sooner. */
const KEEP_FAILED_MS = 60_000;
/** A model that was listed within this may still be picked, on every instance. */
const PICKABLE_MS = 24 * 60 * 60_000;

type Offer = {
  known?: { models: readonly OfferedModel[]; untilMs: number };
  asking?: Promise<readonly OfferedModel[]>;
};

function offer(): Offer {
  return processWide<Offer>("models", () => ({}));
}

/**
 * The models that may be picked, the configured one first. Asks the API at most once an hour, and not for the demo; where
 * it lists none, as many gateways do, there is only the configured one.
 */
export async function offeredModels(): Promise<readonly OfferedModel[]> {
  const current = offer();
  if (current.known !== undefined && Date.now() < current.known.untilMs) return current.known.models;
  current.asking ??= ask(current).finally(() => {
    delete current.asking;
  });
  return current.asking;
}

/** Those of them that are known already: what is asked by the way asks the API for no list. */
export function knownModels(): readonly OfferedModel[] {
  return offer().known?.models ?? [];
}

async function ask(current: Offer): Promise<readonly OfferedModel[]> {
  const { models, keepMs } = await currentModels();
  current.known = { models, untilMs: Date.now() + keepMs };
  return models;
}

async function currentModels(): Promise<{ models: readonly OfferedModel[]; keepMs: number }> {
  if (modelId() === DEMO_MODEL) return { models: configuredFirst([]), keepMs: KEEP_MS };
  const { store } = await instance();
  try {
    const models = configuredFirst((await listModels()).filter(isActive).map(offeredFrom));
    await saveListedModels(store, models, isoTime());
    return { models, keepMs: KEEP_MS };
  } catch (error) {
    log("warn", "models", errorFields(error));
    return {
      models: configuredFirst(await readListedModels(store, isoTime(-PICKABLE_MS))),
      keepMs: KEEP_FAILED_MS,
    };
  }
}

/** A server that says nothing of lifecycles lists what it has. */
function isActive({ lifecycle }: ListedModel): boolean {
  return lifecycle === undefined || lifecycle === "active";
}

function configuredFirst(models: readonly OfferedModel[]): readonly OfferedModel[] {
  const configured = models.find(({ id }) => id === modelId()) ?? offeredFrom({ id: modelId() });
  return [configured, ...models.filter(({ id }) => id !== configured.id)];
}

function offeredFrom({ id, display_name, max_input_tokens, max_tokens, capabilities }: ListedModel): OfferedModel {
  return {
    id,
    displayName: display_name ?? modelName(id),
    maxInputTokens: max_input_tokens ?? null,
    maxTokens: max_tokens ?? null,
    capabilities: capabilities == null ? null : capabilitiesFrom(capabilities),
  };
}

const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;

function capabilitiesFrom(told: NonNullable<ListedModel["capabilities"]>): Capabilities {
  return {
    thinking: told.thinking?.supported ?? false,
    effort: EFFORTS.filter((level) => told.effort?.[level]?.supported),
    imageInput: told.image_input?.supported ?? false,
    pdfInput: told.pdf_input?.supported ?? false,
    citations: told.citations?.supported ?? false,
    webSearch: told.server_tools?.web_search?.supported ?? false,
  };
}

/** Whether `id` may be picked. Never asks the API: what was listed last counts, by whichever instance. */
export async function isOffered(id: string): Promise<boolean> {
  if (id === modelId()) return true;
  if (modelId() === DEMO_MODEL) return false;
  if (offer().known?.models.some((model) => model.id === id)) return true;
  const { store } = await instance();
  return isListedModel(store, id, isoTime(-PICKABLE_MS));
}
