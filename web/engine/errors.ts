/** What the engine raises on purpose: one sentence that can be shown as it is. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** Refuses a number that is not finite, naming it. */
export function finite(value: number, name: string): number {
  if (!Number.isFinite(value)) throw new EngineError(`${name} is ${value}: it must be a finite number`);
  return value;
}
