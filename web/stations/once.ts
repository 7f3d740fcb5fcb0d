/** What follows from a state is computed once: states never change in place. */
export function once<S extends object, R>(compute: (state: S) => R): (state: S) => R {
  const known = new WeakMap<S, { result: R }>();
  return (state) => {
    const found = known.get(state) ?? { result: compute(state) };
    known.set(state, found);
    return found.result;
  };
}
