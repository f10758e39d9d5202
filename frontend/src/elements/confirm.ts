/**
 * Asks before what cannot be undone, in the page's own <dialog id="confirm">.
 * A form or a submit button with `data-confirm="question"` is stopped until the answer is yes; `hx-confirm` too.
 * Without JavaScript the form simply posts, so the server asks again on a page of its own where it matters.
 */

export function confirmed(question: string): Promise<boolean> {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(window.confirm(question));
  dialog.querySelector("[data-question]")!.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const agreed = new WeakSet<HTMLFormElement>();

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    const question = button?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void confirmed(question).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(button);
    });
  },
  { capture: true },
);
