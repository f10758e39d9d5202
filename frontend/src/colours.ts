/** Colours for what is drawn on a canvas. */

/** A colour of the theme as rgb, since canvas libraries read neither oklch() nor light-dark(). */
export function themeColour(name: string): string {
  return rgb(name);
}

/** The strong fill of a tone (tones.css). */
export function toneColour(tone: string): string {
  return rgb("--tone-fill", `tone tone-${tone}`);
}

function rgb(name: string, classes = ""): string {
  const probe = document.createElement("span");
  probe.className = classes;
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red},${green},${blue})`;
}
