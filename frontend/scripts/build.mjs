// node scripts/build.mjs [--watch]
// Bundles TypeScript, CSS, icons and fonts into frontend/dist, which Django serves as static files.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";
import { feature } from "topojson-client";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);

const out = "dist";
const watch = process.argv.includes("--watch");

const bundles = {
  entryPoints: {
    app: "src/app.ts",
    charts: "src/pages/charts.ts",
    graph: "src/pages/graph.ts",
    calendar: "src/pages/calendar.ts",
    levels: "src/pages/levels.ts",
    filter: "src/pages/filter.ts",
    letters: "src/pages/letters.ts",
    weeks: "src/pages/weeks.ts",
    "calendar-style": "src/styles/calendar.css",
  },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: !watch,
  chunkNames: "chunks/[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
};

const tailwind = [
  "node_modules/@tailwindcss/cli/dist/index.mjs",
  ...["-i", "src/styles/app.css", "-o", `${out}/app.css`, "--minify"],
];

/** One <symbol> from one lucide file: its shapes, without licence comment and outer element. */
function symbol(name) {
  const file = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const shapes = file
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s+/g, " ")
    .trim();
  const pen = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${pen}>${shapes}</symbol>`;
}

function writeIcons() {
  const names = readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean);
  const symbols = [...new Set(names)].sort().map(symbol);
  writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

/** Italy and what is around it, in the units of the map of clients (clients/mapping.py): degrees, northwards negative. */
function writeOutlines() {
  const world = JSON.parse(readFileSync("node_modules/world-atlas/countries-50m.json", "utf8"));
  const countries = feature(world, world.objects.countries).features.filter((country) => around(country.geometry));
  const italy = countries.filter((country) => country.properties.name === "Italy");
  const others = countries.filter((country) => country.properties.name !== "Italy");
  const path = (id, shapes) => `<path id="${id}" d="${shapes.map((shape) => drawn(shape.geometry)).join("")}"/>`;
  const paths = [path("italy", italy), path("neighbours", others)].join("");
  writeFileSync(`${out}/outlines.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${paths}</svg>`);
}

const rings = (geometry) => (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat());
const northwards = (latitude) => (-Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) * 180) / Math.PI;
const isAround = ([east, north]) => east > -6 && east < 27 && north > 32 && north < 53;

function around(geometry) {
  return rings(geometry).some((ring) => ring.some(isAround));
}

function drawn(geometry) {
  const near = rings(geometry).filter((ring) => ring.some(isAround));
  return near.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(2)} ${northwards(y).toFixed(2)}`).join("L")}Z`).join("");
}

function copyFiles() {
  for (const subset of ["latin", "latin-ext"]) {
    const font = `inter-${subset}-wght-normal.woff2`;
    cpSync(`node_modules/@fontsource-variable/inter/files/${font}`, `${out}/fonts/${font}`);
  }
  cpSync("src/images", out, { recursive: true });
}

async function buildOnce() {
  await build(bundles);
  const styles = spawnSync(process.execPath, tailwind, { stdio: ["ignore", "ignore", "inherit"] });
  if (styles.status !== 0) process.exit(styles.status ?? 1);
}

async function keepBuilding() {
  await (await context(bundles)).watch();
  spawn(process.execPath, [...tailwind, "--watch=always"], { stdio: "inherit" });
}

const started = performance.now();
rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}/fonts`, { recursive: true });
writeIcons();
writeOutlines();
copyFiles();
await (watch ? keepBuilding() : buildOnce());
console.log(`front end ${watch ? "is being watched" : "built"} (${Math.round(performance.now() - started)} ms)`);
