/** A choice marked `data-submit` sends its form at once; the button beside it is for browsers without scripts. */

document.addEventListener("change", (event) => {
  const choice = event.target as HTMLSelectElement | HTMLInputElement;
  if (choice.matches("[data-submit]")) choice.form?.requestSubmit();
});
