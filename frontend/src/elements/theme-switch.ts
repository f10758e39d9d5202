/**
 * The theme is rendered by the server on <html data-theme> from the user's choice, so that nothing flashes. The three
 * buttons are a form that works without JavaScript; here the choice also takes effect before the answer.
 */

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter;
  if (!form.matches("[data-theme-switch]") || !(button instanceof HTMLButtonElement)) return;
  event.preventDefault();
  void fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
  apply(button.value);
  for (const other of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch] button")) {
    other.setAttribute("aria-pressed", String(other.value === button.value));
  }
});

// Charts are drawn in the colours of the moment: they follow the system too.
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  document.dispatchEvent(new CustomEvent("theme-changed"));
});

function apply(theme: string): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("theme-changed"));
}
