/** What the reader chose. It stands in the address behind #, so that a link opens the page as it was. */

type Listener = () => void;

class State {
  private readonly values = new Map<string, string>();
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor() {
    this.read();
    addEventListener("hashchange", () => {
      const before = new Map(this.values);
      this.read();
      for (const key of new Set([...before.keys(), ...this.values.keys()])) if (before.get(key) !== this.values.get(key)) this.tell(key);
    });
  }

  get(key: string): string | undefined {
    return this.values.get(key);
  }

  /** Empty or undefined: back to the default. */
  set(key: string, value: string | undefined): void {
    if (this.values.get(key) === value) return;
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, value);
    const text = new URLSearchParams([...this.values]).toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    this.tell(key);
  }

  on(keys: string[], listener: Listener): void {
    for (const key of keys) {
      if (!this.listeners.has(key)) this.listeners.set(key, new Set());
      this.listeners.get(key)!.add(listener);
    }
  }

  /** Forgets who listens, before the page is built anew. */
  forget(): void {
    this.listeners.clear();
  }

  private tell(key: string): void {
    for (const listener of [...(this.listeners.get(key) ?? [])]) listener();
  }

  private read(): void {
    this.values.clear();
    for (const [key, value] of new URLSearchParams(location.hash.slice(1))) this.values.set(key, value);
  }
}

export const state = new State();
