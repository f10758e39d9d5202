/**
 * An element that begins when it is first seen: what it needs is large, and a phone that hides it, or a reader who
 * never scrolls there, does not fetch it.
 */
export abstract class SeenElement extends HTMLElement {
  private readonly seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    this.seen.disconnect();
    void this.start();
  });

  /** Fetches what is needed; by then the element may be gone (isConnected). */
  protected abstract start(): Promise<void>;

  connectedCallback(): void {
    this.seen.observe(this);
  }

  disconnectedCallback(): void {
    this.seen.disconnect();
  }
}
