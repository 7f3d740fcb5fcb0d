/** The engine: the lab's mathematics that runs in the page. No part of it touches the document. */

export * from "./activations.ts";
export * from "./bricks.ts";
export * from "./convert.ts";
export * from "./errors.ts";
export * from "./examples.ts";
export { exactSum } from "./exact.ts";
export * from "./influence.ts";
export * from "./network.ts";
export * from "./numbers.ts";
export * from "./principal.ts";
export * from "./propagate.ts";
export * from "./pwl.ts";
export * from "./random.ts";
export * from "./sine.ts";
export * from "./slices.ts";
export * from "./trace.ts";
export * from "./train/batches.ts";
export * from "./train/run.ts";
export * from "./train/scale.ts";
export * from "./train/settings.ts";
export * from "./train/start.ts";
export * from "./train/trainer.ts";
export * from "./onnx.ts";
export { type Best, bestPieces, bestUnits, errorCurve, type Loss } from "./optimal/best.ts";
export { type Shared, sharedCurve, sharedPieces } from "./optimal/shared.ts";
export { type Data, MOST_ROWS } from "./optimal/rows.ts";
export * from "./python.ts";
