/**
 * One value per process under `name`, made on first use. Next may load a module once for each route and again on a
 * reload, so what must be single (the store, the running answers) lives on the global object.
 */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`platen.${name}`);
  const holder = globalThis as { [key: symbol]: Value | undefined };
  holder[key] ??= make();
  return holder[key];
}
