/** A model with anywidget's interface, held in the page: what the lab page and the exported file give their station. */

export interface Model<T extends object = Record<string, unknown>> {
  get<K extends keyof T & string>(key: K): T[K];
  set<K extends keyof T & string>(key: K, value: T[K]): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event?: string | null, listener?: (() => void) | null): void;
}

/** Gives a local model; `onSave` hears of the values as they are whenever a station saves them. */
export function localModel<T extends object>(initial: T, onSave?: (values: Readonly<T>) => void): Model<T> {
  const values: T = { ...initial };
  const listeners = new Map<string, Set<() => void>>();
  const emit = (event: string): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener();
  };
  return {
    get: (key) => values[key],
    set(key, value) {
      if (Object.is(values[key], value)) return;
      values[key] = value;
      emit(`change:${key}`);
      emit("change");
    },
    save_changes: () => onSave?.({ ...values }),
    on(event, listener) {
      const present = listeners.get(event) ?? new Set();
      listeners.set(event, present.add(listener));
    },
    off(event, listener) {
      if (!event) listeners.clear();
      else if (!listener) listeners.delete(event);
      else listeners.get(event)?.delete(listener);
    },
  };
}
