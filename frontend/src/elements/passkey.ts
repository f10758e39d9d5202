/**
 * <cz-passkey> round a form with a hidden `credential`: asks the browser for a passkey, then sends the form.
 * What is asked for is told by the JSON in the element that `data-options` names, or at the address `data-ask`.
 * `data-new` makes a passkey instead of showing one. Hidden where the browser has none.
 */

// What the server says is for the parser of whichever ceremony it is.
type Options = { publicKey: any };

class Passkey extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
    this.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask(form);
    });
  }

  private async ask(form: HTMLFormElement): Promise<void> {
    const input = form.elements.namedItem("credential") as HTMLInputElement;
    const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
    const refused = this.querySelector<HTMLElement>("[data-refused]")!;
    refused.hidden = button.disabled = true;
    try {
      input.value = JSON.stringify(await this.shown());
      form.submit();
    } catch {
      // Cancelled, taken too long, or there already: which of them, browsers do not tell.
      refused.hidden = button.disabled = false;
    }
    // Who comes back by the browser's button shows it anew.
    input.value = "";
  }

  private async shown(): Promise<unknown> {
    const { publicKey } = this.dataset.ask ? await fetched(this.dataset.ask) : this.written();
    const made = "new" in this.dataset
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
    return (made as PublicKeyCredential).toJSON();
  }

  private written(): Options {
    const said = document.getElementById(this.dataset.options!)!.textContent!;
    return Object.values(JSON.parse(said) as Record<string, Options>)[0]!;
  }
}

async function fetched(address: string): Promise<Options> {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return ((await answer.json()) as { request_options: Options }).request_options;
}

customElements.define("cz-passkey", Passkey);
