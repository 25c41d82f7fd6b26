// What was saved where the program runs: each file with a link, as that may be another machine than the visitor's.

let shown = "";

// area: is hidden while there is none. recording: the file that isn't complete yet, or null.
export function showFiles(area, files, recording) {
  const text = JSON.stringify([files, recording]);
  if (text === shown) return;
  shown = text;
  area.hidden = files.length === 0 && recording === null;
  const rows = [...files].reverse().map(makeRow);
  if (recording !== null) {
    const row = document.createElement("li");
    row.className = "recording";
    row.textContent = `Recording to ${recording}`;
    rows.unshift(row);
  }
  area.querySelector("ul").replaceChildren(...rows);
}

function makeRow(name) {
  const row = document.createElement("li");
  const caption = document.createElement("span");
  caption.textContent = name;
  const link = document.createElement("a");
  link.href = `saved/${encodeURIComponent(name)}`;
  link.download = name;
  link.textContent = "Download";
  link.setAttribute("aria-label", `Download ${name}`);
  row.append(caption, link);
  return row;
}
