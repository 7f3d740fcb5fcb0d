/** The activations: value and derivative of each, and whether it is piecewise linear. */

export const LEAKY_SLOPE = 0.3; // of leaky_relu below zero, unless another is given

export const ACTIVATIONS = ["linear", "relu", "leaky_relu", "tanh", "sigmoid", "softplus"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export function isPiecewiseLinear(name: Activation): boolean {
  return name === "linear" || name === "relu" || name === "leaky_relu";
}

function sigmoid(z: number): number {
  const small = Math.exp(-Math.abs(z)); // never overflows
  return (z >= 0 ? 1 : small) / (1 + small);
}

/** Gives the activation of z; only leaky_relu reads the slope. */
export function activate(name: Activation, z: number, slope = LEAKY_SLOPE): number {
  switch (name) {
    case "linear":
      return z;
    case "relu":
      return Number.isNaN(z) ? z : z > 0 ? z : 0;
    case "leaky_relu":
      return z > 0 ? z : slope * z;
    case "tanh":
      return Math.tanh(z);
    case "sigmoid":
      return sigmoid(z);
    case "softplus":
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }
}

/** Gives its derivative at z; at a kink the one from the left, as in training code. */
export function derivative(name: Activation, z: number, slope = LEAKY_SLOPE): number {
  switch (name) {
    case "linear":
      return 1;
    case "relu":
      return z > 0 ? 1 : 0;
    case "leaky_relu":
      return z > 0 ? 1 : slope;
    case "tanh":
      return 4 * sigmoid(2 * z) * sigmoid(-2 * z); // 1 - tanh^2 would cancel far from zero
    case "sigmoid":
      return sigmoid(z) * sigmoid(-z);
    case "softplus":
      return sigmoid(z);
  }
}
