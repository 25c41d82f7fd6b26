// A result's fields beside the frame: what has labels and scores as bars, everything else as a tidy list.
// Everything is set as text, never as HTML: it may come from anywhere.

let shown = "";
let decided = false; // whether they are shown from the start; then it is the visitor's to say

// area: holds the container, and is opened once if they aren't drawn on the frame, where everybody sees them.
export function showResults(area, container, { fields, drawn }) {
  const text = JSON.stringify(fields);
  if (text === shown) return;
  shown = text;
  const entries = Object.entries(fields);
  if (!decided && entries.length > 0) {
    decided = true;
    area.open = !drawn;
  }
  if (entries.length === 0) {
    container.replaceChildren(make("p", "faint", "Nothing yet"));
  } else if (entries.length === 1 && isScores(entries[0][1])) {
    showScores(container, entries[0][1]); // keeps the rows
  } else {
    container.replaceChildren(list(entries));
  }
}

function isScores(value) {
  return Array.isArray(value) && value.length > 0 && value.every(
    (item) => isObject(item) && typeof item.label === "string" && Number.isFinite(item.score));
}

// The rows stay and only change, so that the bars can move.
function showScores(container, scores) {
  let rows = container.firstElementChild;
  if (!rows || !rows.classList.contains("scores")) {
    rows = make("ol", "scores");
    container.replaceChildren(rows);
  }
  while (rows.children.length > scores.length) rows.lastElementChild.remove();
  while (rows.children.length < scores.length) {
    const row = make("li");
    const name = make("span", "name");
    name.append(make("span"), make("div", "more"));
    const bar = make("span", "bar");
    bar.setAttribute("aria-hidden", "true");
    bar.append(make("span"));
    row.append(name, make("span", "value"), bar);
    rows.append(row);
  }
  scores.forEach(({ label, score }, i) => {
    const [name, value, bar] = rows.children[i].children;
    const [first, ...others] = label.split(", ");
    name.firstElementChild.textContent = first;
    name.lastElementChild.textContent = others.join(", ");
    value.textContent = `${(100 * score).toFixed(score < 0.1 ? 1 : 0)} %`;
    bar.firstElementChild.style.width = `${100 * Math.min(1, Math.max(0, score))}%`;
  });
}

function list(entries) {
  const fields = make("dl", "fields");
  for (const [name, value] of entries) {
    const row = make("div");
    const definition = make("dd");
    definition.append(isPlain(value) ? long(named(name, value)) : content(value));
    row.append(make("dt", "", isObject(value) ? name : words(name)), definition); // with several sources: a source's name
    fields.append(row);
  }
  return fields;
}

function content(value) {
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 1 && isScores(entries[0][1])) return content(entries[0][1]);
    if (entries.some(([, part]) => isList(part) || isObject(part))) return list(entries);
    return pairs(entries);
  }
  if (isScores(value)) {
    const scores = make("div");
    showScores(scores, value);
    return scores;
  }
  if (isList(value)) {
    const items = make("ul", "items");
    for (const item of value) {
      const row = make("li");
      row.append(content(item));
      items.append(row);
    }
    return items;
  }
  return long(plain(value));
}

function long(text) {
  return make("span", text.length > 24 ? "long" : "", text);
}

function pairs(entries) {
  const rows = make("dl", "pairs");
  for (const [name, part] of entries) {
    const row = make("div");
    row.append(make("dt", "", words(name)), make("dd", "", named(name, part)));
    rows.append(row);
  }
  return rows;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// Not of numbers alone, which are a box or the like and fit in a line.
function isList(value) {
  return Array.isArray(value) && value.some((item) => item !== null && typeof item !== "number");
}

function isPlain(value) {
  return !isObject(value) && !isList(value);
}

// A value with what its name says of it.
function named(name, value) {
  if (name.endsWith("_ms") && typeof value === "number") return `${value.toFixed(1)} ms`;
  if (name === "size" && Array.isArray(value) && value.length === 2) return value.join(" × ");
  return plain(value);
}

function plain(value) {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.length ? value.map(plain).join(", ") : "none";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  if (typeof value === "object") return Object.entries(value).map(([name, part]) => `${name} ${plain(part)}`).join(", ");
  return String(value);
}

function words(name) {
  if (name.endsWith("_ms")) return `${words(name.slice(0, -3))} time`; // its value has the unit
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
