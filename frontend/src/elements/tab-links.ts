/** Tabs that do not fit beside each other scroll; the one that is shown begins in sight. */

function reveal(): void {
  for (const current of document.querySelectorAll<HTMLElement>(".tab-links > [aria-current]")) {
    const tabs = current.parentElement!;
    const behind = current.offsetLeft - tabs.offsetLeft + current.offsetWidth - tabs.clientWidth;
    if (behind > 0) tabs.scrollLeft = behind + 24;
  }
}

reveal();
document.addEventListener("htmx:after:swap", reveal);
