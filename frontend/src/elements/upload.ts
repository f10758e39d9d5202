/**
 * <cz-upload> round a form with files: sends it with a bar of what has arrived. Without JavaScript the form posts itself.
 * The server answers as to htmx: an address to go to, or (422) the part with its errors, which takes the place of ours.
 */
import { csrfToken } from "../http";
import { toast } from "./toasts";

class Upload extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(event.target as HTMLFormElement);
    });
  }

  private send(form: HTMLFormElement): void {
    const request = new XMLHttpRequest();
    const bar = form.querySelector("progress")!;
    const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
    const isBusy = (busy: boolean): void => {
      button.disabled = busy;
      bar.hidden = !busy;
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = total ? (100 * loaded) / total : 0));
    request.addEventListener("error", () => {
      isBusy(false);
      toast({ text: form.dataset.failed ?? "", kind: "error" });
    });
    request.addEventListener("load", () => {
      isBusy(false);
      this.answer(request, form);
    });
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", csrfToken());
    isBusy(true);
    request.send(new FormData(form));
  }

  private answer(request: XMLHttpRequest, form: HTMLFormElement): void {
    const next = request.getResponseHeader("HX-Redirect");
    if (next) {
      location.assign(next);
    } else if (request.status === 422) {
      const part = new DOMParser().parseFromString(request.responseText, "text/html").body.firstElementChild;
      if (part?.id) document.getElementById(part.id)?.replaceWith(document.importNode(part, true));
    } else {
      toast({ text: form.dataset.failed ?? "", kind: "error" });
    }
  }
}

customElements.define("cz-upload", Upload);
